import { z } from "zod";
import { PgName } from "./primitives.ts";

/** Functions and operators of pg_catalog that are immutable, so that an index may be built on them. Closed: nothing else is ever in an index. */
export const IndexFunction = z.enum([
  "lower",
  "upper",
  "btrim",
  "ltrim",
  "rtrim",
  "length",
  "md5",
  "reverse",
  "abs",
  "coalesce",
  "date_trunc",
  "date",
  "left",
  "right",
  "substring",
  "replace",
  "split_part",
  "initcap",
  "timezone",
  "to_tsvector",
  "jsonb_extract_path_text",
]);
export type IndexFunction = z.infer<typeof IndexFunction>;
export const IndexOperator = z.enum(["->", "->>", "#>", "#>>", "||", "+", "-", "*", "/", "%"]);
export type IndexOperator = z.infer<typeof IndexOperator>;
/** The target types of a cast that is immutable for the types it is offered for. */
export const IndexCast = z.enum(["text", "integer", "bigint", "numeric", "date", "boolean", "uuid"]);
export type IndexCast = z.infer<typeof IndexCast>;

/** What an index is built on: a tree taken from a query's own parse tree, never a text. */
export type IndexExpression =
  | { kind: "column"; column: string }
  | { kind: "constant"; value: string | number }
  | { kind: "call"; function: IndexFunction; arguments: IndexExpression[] }
  | { kind: "operator"; operator: IndexOperator; left: IndexExpression; right: IndexExpression }
  | { kind: "cast"; type: IndexCast; argument: IndexExpression };
export const IndexExpression: z.ZodType<IndexExpression> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("column"), column: PgName }),
    z.strictObject({ kind: z.literal("constant"), value: z.union([z.string().max(200), z.number()]) }),
    z.strictObject({
      kind: z.literal("call"),
      function: IndexFunction,
      arguments: z.array(IndexExpression).min(1).max(4),
    }),
    z.strictObject({
      kind: z.literal("operator"),
      operator: IndexOperator,
      left: IndexExpression,
      right: IndexExpression,
    }),
    z.strictObject({ kind: z.literal("cast"), type: IndexCast, argument: IndexExpression }),
  ]),
);

/** Operator classes besides the default of a type; `gin_trgm_ops` comes with the extension pg_trgm. */
export const OperatorClass = z.enum([
  "text_pattern_ops",
  "varchar_pattern_ops",
  "bpchar_pattern_ops",
  "gin_trgm_ops",
  "jsonb_path_ops",
  "jsonb_ops",
]);
export type OperatorClass = z.infer<typeof OperatorClass>;

const ordering = {
  direction: z.enum(["asc", "desc"]),
  /** Where nulls sort, when not at PostgreSQL's own place: last in an ascending key, first in a descending one. */
  nulls: z.enum(["first", "last"]).optional(),
  operatorClass: OperatorClass.optional(),
  /** The schema of an extension's operator class: no search path is trusted to find it. */
  operatorClassSchema: PgName.optional(),
};
export const ColumnKey = z.strictObject({ column: PgName, ...ordering });
export type ColumnKey = z.infer<typeof ColumnKey>;
const ExpressionKey = z.strictObject({ expression: IndexExpression, ...ordering });
/** One key of an index: a column, or an expression. */
export const IndexKey = z.union([ColumnKey, ExpressionKey]);
export type IndexKey = z.infer<typeof IndexKey>;

/** One condition of a partial index; several are joined by AND. Constants come from the query's own text. */
export const IndexCondition = z.discriminatedUnion("operator", [
  z.strictObject({ column: PgName, operator: z.enum(["is null", "is not null", "is true", "is false"]) }),
  z.strictObject({
    column: PgName,
    operator: z.enum(["=", "<>", "<", "<=", ">", ">="]),
    value: z.union([z.string().max(200), z.number(), z.boolean()]),
  }),
]);
export type IndexCondition = z.infer<typeof IndexCondition>;

export const IndexMethod = z.enum(["btree", "gin", "brin"]);
export type IndexMethod = z.infer<typeof IndexMethod>;

/** The shape of an index, without its name and table. */
export const IndexShape = z.strictObject({
  method: IndexMethod,
  keys: z.array(IndexKey).min(1).max(3),
  where: z.array(IndexCondition).max(3).default([]),
  include: z.array(PgName).max(3).default([]),
});
export type IndexShape = z.infer<typeof IndexShape>;

/** An index that is no more than a list of columns, as most are. */
export const plainShape = (keys: IndexKey[]): IndexShape => ({ method: "btree", keys, where: [], include: [] });
