import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Lets ANALYZE look at columns together (PostgreSQL documentation, 14.2.2), and does so at once. */
export const createStatistics: ActionEntry<"create_statistics"> = {
  kind: "create_statistics",
  riskClass: "R1",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE for seconds: reads and writes go on",
  statements: ({ schema, table, name, columns, kinds }) => [
    `CREATE STATISTICS ${identifier(schema, name)} (${kinds.join(", ")}) ON ${columns.map((column) => identifier(column)).join(", ")} FROM ${identifier(schema, table)}`,
    `ANALYZE ${identifier(schema, table)}`,
  ],
  inverse: ({ schema, table, name }) => ({ kind: "drop_statistics", parameters: { schema, table, name } }),
  migration: ({ schema, table, name, columns, kinds }) =>
    `CREATE STATISTICS IF NOT EXISTS ${identifier(schema, name)} (${kinds.join(", ")}) ON ${columns.map((column) => identifier(column)).join(", ")} FROM ${identifier(schema, table)};\n`,
};
