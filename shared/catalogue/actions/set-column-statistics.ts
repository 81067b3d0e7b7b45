import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Keeps more values of one column in its statistics (PostgreSQL documentation, ALTER TABLE, SET STATISTICS), and samples at once. */
export const setColumnStatistics: ActionEntry<"set_column_statistics"> = {
  kind: "set_column_statistics",
  riskClass: "R1",
  isDestructive: false,
  addsLoad: false,
  waitsForTransactions: false,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE for seconds: reads and writes go on",
  statements: ({ schema, table, column, target }) => [
    `ALTER TABLE ${identifier(schema, table)} ALTER COLUMN ${identifier(column)} SET STATISTICS ${target}`,
    `ANALYZE ${identifier(schema, table)}`,
  ],
  inverse: ({ target, oldTarget, ...column }) => ({
    kind: "set_column_statistics",
    parameters: { ...column, target: oldTarget ?? -1, oldTarget: target },
  }),
  migration: ({ schema, table, column, target }) =>
    `ALTER TABLE ${identifier(schema, table)} ALTER COLUMN ${identifier(column)} SET STATISTICS ${target};\n`,
};
