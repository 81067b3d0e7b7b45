import type { CreateIndexParameters } from "../../contracts/actions.ts";
import { identifier } from "../../core/identifier.ts";
import { indexText } from "../../core/index-text.ts";
import type { ActionEntry } from "./entry.ts";

const bodyOf = (parameters: CreateIndexParameters): string =>
  `${identifier(parameters.name)} ON ${indexText(parameters.schema, parameters.table, parameters)}`;

const needsTrigrams = ({ keys }: CreateIndexParameters): boolean =>
  keys.some(({ operatorClass }) => operatorClass === "gin_trgm_ops");

/** pg_trgm is a trusted extension: who may create in the database may create it (PostgreSQL documentation, F.33). */
const CREATE_TRIGRAMS = "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public";

/** An index over an expression has statistics of its own, which only ANALYZE makes. */
const isOverExpression = ({ keys }: CreateIndexParameters): boolean => keys.some((key) => "expression" in key);

/** Builds an index without blocking reads or writes (PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently"). */
export const createIndex: ActionEntry<"create_index"> = {
  kind: "create_index",
  riskClass: "R2",
  isDestructive: false,
  addsLoad: true,
  waitsForTransactions: true,
  actor: "owner",
  lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on, other DDL on the table waits",
  statements: (parameters) => [
    ...(needsTrigrams(parameters) ? [CREATE_TRIGRAMS] : []),
    `CREATE INDEX CONCURRENTLY ${bodyOf(parameters)}`,
    ...(isOverExpression(parameters) ? [`ANALYZE ${identifier(parameters.schema, parameters.table)}`] : []),
  ],
  inverse: ({ schema, table, name }) => ({
    kind: "drop_index",
    parameters: { schema, table, name, definition: null },
  }),
  migration: (parameters) =>
    `-- Outside a transaction: a concurrent build cannot run in one.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS ${bodyOf(parameters)};\n`,
};
