import { literal } from "../../core/index-text.ts";
import type { ActionEntry } from "./entry.ts";

/** Gives up a prepared transaction that nobody will finish (PostgreSQL documentation, ROLLBACK PREPARED). */
export const rollbackPrepared: ActionEntry<"rollback_prepared"> = {
  kind: "rollback_prepared",
  riskClass: "R3",
  isDestructive: true,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "owner",
  lock: "none; the transaction's own locks are released",
  statements: ({ gid }) => [`ROLLBACK PREPARED ${literal(gid)}`],
  inverse: () => null,
  migration: () => null,
};
