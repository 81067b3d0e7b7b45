import type { IndexCondition, IndexExpression, IndexKey, IndexShape } from "../contracts/index-shape.ts";
import { identifier } from "./identifier.ts";

/** A constant as SQL text (PostgreSQL documentation, 4.1.2.1; backslashes are plain, since standard_conforming_strings is on). */
export const literal = (value: string | number | boolean): string =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);

/** An expression as SQL text. Everything but a plain call is in parentheses, so that precedence never matters. */
export function expressionText(expression: IndexExpression): string {
  switch (expression.kind) {
    case "column":
      return identifier(expression.column);
    case "constant":
      return literal(expression.value);
    case "call":
      return `${expression.function}(${expression.arguments.map(expressionText).join(", ")})`;
    case "operator":
      return `(${expressionText(expression.left)} ${expression.operator} ${expressionText(expression.right)})`;
    case "cast":
      return `((${expressionText(expression.argument)})::${expression.type})`;
  }
}

/** What a key is about, without direction and operator class. */
export const keyText = (key: IndexKey): string =>
  "column" in key ? identifier(key.column) : expressionText(key.expression);

/** A key as CREATE INDEX writes it: an expression needs parentheses of its own unless it is a plain call. */
function keyInIndex(key: IndexKey): string {
  const text = keyText(key);
  const nulls = key.nulls === undefined ? "" : ` nulls ${key.nulls}`;
  return `${text}${operatorClassText(key)}${key.direction === "desc" ? " desc" : ""}${nulls}`;
}

function operatorClassText({ operatorClass, operatorClassSchema }: IndexKey): string {
  if (operatorClass === undefined) return "";
  return ` ${operatorClassSchema === undefined ? operatorClass : identifier(operatorClassSchema, operatorClass)}`;
}

const conditionText = (condition: IndexCondition): string =>
  "value" in condition
    ? `${identifier(condition.column)} ${condition.operator} ${literal(condition.value)}`
    : `${identifier(condition.column)} ${condition.operator}`;

/** The predicate of a partial index as SQL text; null for a whole index. */
export const predicateText = ({ where }: Pick<IndexShape, "where">): string | null =>
  where.length === 0 ? null : where.map(conditionText).join(" and ");

/** The part of CREATE INDEX that follows `ON`: `orders(customer_id, created_at desc)`, with method, INCLUDE and WHERE where they are not the plain ones. */
export function indexText(schema: string, table: string, shape: IndexShape): string {
  const method = shape.method === "btree" ? "" : ` using ${shape.method} `;
  const include =
    shape.include.length === 0 ? "" : ` include (${shape.include.map((name) => identifier(name)).join(", ")})`;
  const predicate = predicateText(shape);
  const where = predicate === null ? "" : ` where ${predicate}`;
  return `${identifier(schema, table)}${method}(${shape.keys.map(keyInIndex).join(", ")})${include}${where}`;
}

/** The columns that an expression reads, in order of appearance. */
export function columnsOf(key: IndexKey): string[] {
  return "column" in key ? [key.column] : columnsIn(key.expression);
}

function columnsIn(expression: IndexExpression): string[] {
  switch (expression.kind) {
    case "column":
      return [expression.column];
    case "constant":
      return [];
    case "call":
      return expression.arguments.flatMap(columnsIn);
    case "operator":
      return [...columnsIn(expression.left), ...columnsIn(expression.right)];
    case "cast":
      return columnsIn(expression.argument);
  }
}
