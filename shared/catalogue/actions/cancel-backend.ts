import type { ActionEntry } from "./entry.ts";
import { thatSession } from "./that-session.ts";

/** Cancels what one session runs; the session stays, its transaction has failed. */
export const cancelBackend: ActionEntry<"cancel_backend"> = {
  kind: "cancel_backend",
  riskClass: "R3",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "executor",
  lock: "none; what the statement waited for is released",
  statements: (parameters) => [
    `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${thatSession(parameters)} and state = 'active'`,
  ],
  inverse: () => null,
  migration: () => null,
};
