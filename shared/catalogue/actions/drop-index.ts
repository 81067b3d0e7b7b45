import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Removes an index without blocking reads or writes. With its definition kept it can be made again. */
export const dropIndex: ActionEntry<"drop_index"> = {
  kind: "drop_index",
  riskClass: "R3",
  isDestructive: true,
  addsLoad: false,
  waitsForTransactions: true,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on",
  statements: ({ schema, name }) => [`DROP INDEX CONCURRENTLY ${identifier(schema, name)}`],
  inverse: ({ definition, ...parameters }) =>
    definition === null ? null : { kind: "restore_index", parameters: { ...parameters, definition } },
  migration: ({ schema, name }) =>
    `-- Outside a transaction.\nDROP INDEX CONCURRENTLY IF EXISTS ${identifier(schema, name)};\n`,
};
