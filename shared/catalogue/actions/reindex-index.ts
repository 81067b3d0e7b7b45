import { identifier } from "../../core/identifier.ts";
import type { ActionEntry } from "./entry.ts";

/** Builds an index anew beside the old one and swaps them (PostgreSQL documentation, REINDEX, "Rebuilding Indexes Concurrently"). */
export const reindexIndex: ActionEntry<"reindex_index"> = {
  kind: "reindex_index",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: true,
  waitsForTransactions: true,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on, other DDL on the table waits",
  statements: ({ schema, name }) => [`REINDEX INDEX CONCURRENTLY ${identifier(schema, name)}`],
  inverse: () => null,
  migration: () => null,
};
