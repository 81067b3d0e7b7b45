import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Takes back an extended statistics object that PgMedic made. */
export const dropStatistics: ActionEntry<"drop_statistics"> = {
  kind: "drop_statistics",
  riskClass: "R1",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "owner",
  lock: "a moment on the table's definition: reads and writes go on",
  statements: ({ schema, name }) => [`DROP STATISTICS ${identifier(schema, name)}`],
  inverse: () => null,
  migration: () => null,
};
