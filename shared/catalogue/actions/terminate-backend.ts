import type { ActionEntry } from "./entry.ts";
import { thatSession } from "./that-session.ts";

/** Ends one session; its transaction is rolled back (PostgreSQL documentation, 9.28.2). */
export const terminateBackend: ActionEntry<"terminate_backend"> = {
  kind: "terminate_backend",
  riskClass: "R3",
  isDestructive: true,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "executor",
  lock: "none; the session's own locks are released",
  statements: (parameters) => [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${thatSession(parameters)}`,
  ],
  inverse: () => null,
  migration: () => null,
};
