import type { CreateIndexParameters, TypedAction } from "../../contracts/proposal.ts";
import { fitted, identifier } from "../../core/identifier.ts";
import { indexText } from "../../core/index-text.ts";

const bodyOf = (parameters: CreateIndexParameters): string =>
  `${identifier(parameters.name)} ON ${indexText(parameters.schema, parameters.table, parameters)}`;

/** Builds a b-tree without blocking reads or writes (PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently"). */
export const createIndex = {
  kind: "create_index",
  riskClass: "R2",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on, other DDL on the table waits",
  statement: (parameters: CreateIndexParameters): string => `CREATE INDEX CONCURRENTLY ${bodyOf(parameters)}`,
  inverse: ({ schema, table, name }: CreateIndexParameters): TypedAction => ({
    kind: "drop_index",
    parameters: { schema, table, name },
  }),
  migration: (parameters: CreateIndexParameters): string =>
    `-- Outside a transaction: a concurrent build cannot run in one.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS ${bodyOf(parameters)};\n`,
} as const;

/** `idx_<table>_<columns>`, cut to what PostgreSQL keeps, numbered when the name is taken. */
export function indexName(table: string, columns: readonly string[], taken: readonly string[]): string {
  const wanted = `idx_${[table, ...columns].join("_")}`;
  for (let number = 1; ; number += 1) {
    const name = fitted(wanted, number === 1 ? "" : `_${number}`);
    if (!taken.includes(name)) return name;
  }
}
