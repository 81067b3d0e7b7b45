import { type IndexCondition, type IndexKey, type IndexShape } from "../contracts/index-shape.ts";
import { columnsOf } from "../core/index-text.ts";
import { type CatalogTable, distinctValues, statisticsOf } from "./catalog.ts";
import { shareOf } from "./common-values.ts";
import type { Condition, Scan } from "./scan.ts";

/** A predicate that keeps more than this share of the rows does not make an index small enough to be worth a special one. */
const RARE = 0.1;

/**
 * Partial shapes: a predicate that few rows meet, by null_frac or the most common values, over the keys that other conditions and the
 * order ask for. Parameters never become predicates: the planner could not prove them.
 */
export function partialShapes(scan: Scan, keyLists: readonly IndexKey[][]): IndexShape[] {
  return scan.conditions.flatMap((condition) => {
    const where = predicateOf(scan.table, condition);
    const column = condition.target.kind === "column" ? condition.target.column : null;
    if (where === null || column === null || predicateShare(scan.table, [where]) > RARE) return [];
    const others = keyLists.filter((keys) => !keys.flatMap(columnsOf).includes(column));
    const lists: IndexKey[][] = others.length > 0 ? others.slice(0, 6) : [[{ column, direction: "asc" }]];
    return lists.map((keys): IndexShape => ({ method: "btree", keys, where: [where], include: [] }));
  });
}

/** Columns with more values than this are searched by value, not divided by it. */
const MOST_CATEGORIES = 50;

function predicateOf(table: CatalogTable, { target, how, constant }: Condition): IndexCondition | null {
  if (target.kind !== "column") return null;
  const { column } = target;
  if (how === "is null" || how === "is not null" || how === "is true" || how === "is false")
    return { column, operator: how };
  if (how !== "equal" || constant === null || (typeof constant === "string" && constant.length > 200)) return null;
  return (distinctValues(table, column) ?? Number.POSITIVE_INFINITY) <= MOST_CATEGORIES
    ? { column, operator: "=", value: constant }
    : null;
}

/** The share of a table's rows that meet all of these conditions, by the statistics; 1 where they cannot tell. */
export const predicateShare = (table: CatalogTable, conditions: readonly IndexCondition[]): number =>
  conditions.reduce((share, condition) => share * shareMeeting(table, condition), 1);

function shareMeeting(table: CatalogTable, condition: IndexCondition): number {
  const { column } = condition;
  const nulls = statisticsOf(table, column)?.null_share;
  if (nulls === undefined) return 1;
  if ("value" in condition) return condition.operator === "=" ? (shareOf(table, column, condition.value) ?? 1) : 1;
  switch (condition.operator) {
    case "is null":
      return nulls;
    case "is not null":
      return 1 - nulls;
    case "is true":
      return shareOf(table, column, true) ?? 1;
    case "is false":
      return shareOf(table, column, false) ?? 1;
  }
}
