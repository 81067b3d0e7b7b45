import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Removes dead rows and says which pages hold only visible ones (PostgreSQL documentation, 24.1). Never FULL. */
export const vacuumTable: ActionEntry<"vacuum_table"> = {
  kind: "vacuum_table",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: true,
  waitsForTransactions: false,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on",
  statements: ({ schema, table }) => [`VACUUM (ANALYZE) ${identifier(schema, table)}`],
  inverse: () => null,
  migration: () => null,
};
