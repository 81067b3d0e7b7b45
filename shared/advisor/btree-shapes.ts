import { type IndexExpression, type IndexKey, type IndexShape, plainShape } from "../contracts/index-shape.ts";
import { columnsOf, keyText } from "../core/index-text.ts";
import { type Catalog, columnNamed, distinctValues, plainType, sortsByBytes, statisticsOf } from "./catalog.ts";
import { likePattern } from "./patterns.ts";
import type { Condition, How, Scan } from "./scan.ts";

const MAXIMUM_KEYS = 3;
/** A b-tree's row must fit three times into a page, and wide ones make a slow tree. */
const WIDEST_KEY_BYTES = 600;
const ASCENDING = { direction: "asc" } as const;

const keyOn = (target: IndexExpression): IndexKey =>
  target.kind === "column" ? { column: target.column, ...ASCENDING } : { expression: target, ...ASCENDING };

/**
 * Lists of keys that a scan could use, up to three: equality keys by falling number of distinct values, then a range, a prefix or the
 * order; each join key alone, before and after the equalities. Order is deterministic.
 */
export function keyLists(scan: Scan, catalog: Catalog): IndexKey[][] {
  const keys = (...hows: How[]): IndexKey[] =>
    uniqueKeys(scan.conditions.filter(({ how }) => hows.includes(how)).map(({ target }) => keyOn(target)));
  const equal = keys("equal", "is null").toSorted(byDistinctValues(scan));
  const join = keys("join").toSorted(byDistinctValues(scan));
  const last = [...keys("range"), ...prefixKeys(scan.conditions, scan, catalog)];
  const sort = scan.sort.map(({ target, ...ordering }): IndexKey => ({ ...keyOn(target), ...ordering }));
  const truth = keys("is true", "is false");
  const group = uniqueKeys(scan.group.map(keyOn));
  const lists: IndexKey[][] = [
    ...[...equal, ...join, ...last].map((key) => [key]),
    equal,
    ...pairs(equal),
    ...last.flatMap((key) => [[...equal, key], ...equal.map((one) => [one, key]), ...join.map((one) => [one, key])]),
    ...(sort.length > 0
      ? [[...equal, ...sort], ...equal.map((one) => [one, ...sort]), ...join.map((one) => [one, ...sort]), sort]
      : []),
    ...join.flatMap((key) => [[key, ...equal], [...equal, key], [key, ...join], ...last.map((one) => [one, key])]),
    ...(group.length > 0 ? [group, [...equal, ...group]] : []),
    ...truth.map((key) => [key]),
  ];
  return distinctLists(
    lists.map((list) => uniqueKeys(list).slice(0, MAXIMUM_KEYS)),
    scan,
  );
}

function distinctLists(lists: readonly IndexKey[][], scan: Scan): IndexKey[][] {
  const found = new Map<string, IndexKey[]>();
  for (const list of lists) {
    if (list.length > 0 && list.every((key) => fitsBtree(scan, key))) found.set(JSON.stringify(list), list);
  }
  return [...found.values()];
}

const pairs = (keys: readonly IndexKey[]): IndexKey[][] =>
  keys.flatMap((one) => keys.filter((other) => other !== one).map((other) => [one, other]));

/** Keys for LIKE 'x%': a plain one where text sorts by its bytes, else one of the pattern operator class (documentation, 11.10). */
function prefixKeys(conditions: readonly Condition[], scan: Scan, catalog: Catalog): IndexKey[] {
  return conditions.flatMap((condition): IndexKey[] => {
    const { how, constant, target } = condition;
    if (how !== "like" || typeof constant !== "string" || !likePattern(constant).isPrefix) return [];
    const column = target.kind === "column" ? columnNamed(scan.table, target.column) : null;
    const isPlain = column === null ? catalog.isCCollated : sortsByBytes(catalog, column);
    if (isPlain) return [keyOn(target)];
    const type = column === null ? "text" : plainType(column.base_type);
    const operatorClass =
      type === "character varying"
        ? "varchar_pattern_ops"
        : type === "character"
          ? "bpchar_pattern_ops"
          : "text_pattern_ops";
    return type === "citext" ? [] : [{ ...keyOn(target), operatorClass }];
  });
}

function byDistinctValues({ table }: Scan): (a: IndexKey, b: IndexKey) => number {
  const values = (key: IndexKey): number =>
    columnsOf(key).reduce((most, column) => Math.max(most, distinctValues(table, column) ?? 0), 0);
  return (a, b) => values(b) - values(a) || (keyText(a) < keyText(b) ? -1 : 1);
}

const uniqueKeys = (keys: readonly IndexKey[]): IndexKey[] =>
  keys.filter((key, position) => keys.findIndex((other) => keyText(other) === keyText(key)) === position);

/** Whether a b-tree can and should hold a key. */
function fitsBtree({ table }: Scan, key: IndexKey): boolean {
  if ("expression" in key) return columnsOf(key).length > 0;
  const column = columnNamed(table, key.column);
  return (
    column !== null && column.has_btree && (statisticsOf(table, key.column)?.average_width ?? 0) <= WIDEST_KEY_BYTES
  );
}

/** Columns beyond this width make an index-only scan dearer than it saves. */
const WIDEST_INCLUDED_BYTES = 32;
const MOST_INCLUDED = 3;
/** An index-only scan still visits the pages that are not all-visible. */
const VISIBLE_SHARE = 0.5;

/** Shapes that hold all that a scan reads, so that the table need not be visited. */
export function coveringShapes(scan: Scan, lists: readonly IndexKey[][]): IndexShape[] {
  const { table, read } = scan;
  if (read === null || table.all_visible_pages < table.pages * VISIBLE_SHARE) return [];
  return lists.flatMap((keys) => {
    const held = keys.flatMap((key) => ("column" in key ? key.column : []));
    const include = [...read].filter((column) => !held.includes(column)).toSorted();
    const isNarrow = include.every(
      (column) => (statisticsOf(table, column)?.average_width ?? 100) <= WIDEST_INCLUDED_BYTES,
    );
    if (include.length === 0 || include.length > MOST_INCLUDED || !isNarrow) return [];
    return [{ ...plainShape(keys), include }];
  });
}
