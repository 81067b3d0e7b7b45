import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Freezes old rows so that their transaction ids can be used again (PostgreSQL documentation, 24.1.5). Indexes are left for later. */
export const vacuumFreeze: ActionEntry<"vacuum_freeze"> = {
  kind: "vacuum_freeze",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: true,
  waitsForTransactions: false,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on",
  statements: ({ schema, table }) => [`VACUUM (FREEZE) ${identifier(schema, table)}`],
  inverse: () => null,
  migration: () => null,
};
