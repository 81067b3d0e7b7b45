import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Samples a table so that the planner knows it as it is now (PostgreSQL documentation, 14.2). */
export const analyzeTable: ActionEntry<"analyze_table"> = {
  kind: "analyze_table",
  riskClass: "R1",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE for seconds: reads and writes go on",
  statements: ({ schema, table }) => [`ANALYZE ${identifier(schema, table)}`],
  inverse: () => null,
  migration: () => null,
};
