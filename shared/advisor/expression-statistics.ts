import type { ColumnStatistics } from "../catalogue/diagnostics/column-statistics.ts";
import type { IndexExpression } from "../contracts/index-shape.ts";
import { columnsOf } from "../core/index-text.ts";
import type { Candidate } from "./candidates.ts";
import { distinctValues, statisticsOf } from "./catalog.ts";
import { arrayElements } from "./common-values.ts";

/** Functions that give about as many values as they are given. */
const KEEPS_VALUES: ReadonlySet<string> = new Set([
  "lower",
  "upper",
  "initcap",
  "btrim",
  "ltrim",
  "rtrim",
  "md5",
  "reverse",
  "coalesce",
  "abs",
  "timezone",
]);
const DAY_SECONDS = 86_400;
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  minute: 60,
  hour: 3_600,
  day: DAY_SECONDS,
  week: 7 * DAY_SECONDS,
  month: 30 * DAY_SECONDS,
  year: 365 * DAY_SECONDS,
};

/**
 * What ANALYZE would find in the expressions of a candidate, estimated from their columns. Where nothing can be said (a key inside
 * of a document), PostgreSQL's own default stands: one row in 200.
 */
export function expressionStatistics(
  { table, shape }: Candidate,
  { index, names }: { index: string; names: readonly string[] },
): ColumnStatistics[] {
  if (shape.method !== "btree") return [];
  return shape.keys.flatMap((key, at) => {
    const name = names[at];
    const [column, ...others] = columnsOf(key);
    const known = column === undefined ? null : statisticsOf(table, column);
    if (!("expression" in key) || name === undefined || column === undefined || others.length > 0 || known === null)
      return [];
    const values = distinctOf(key.expression, known, distinctValues(table, column) ?? 0);
    if (values === null || values <= 0) return [];
    return [
      {
        ...known,
        schema: table.schema,
        table: index,
        column: name,
        inherited: false,
        distinct: values >= table.rows * 0.1 ? -Math.min(1, values / Math.max(1, table.rows)) : values,
        common_values: null,
        common_shares: null,
        histogram: null,
        common_elements: null,
        common_element_shares: null,
        element_counts: null,
      },
    ];
  });
}

function distinctOf(expression: IndexExpression, known: ColumnStatistics, values: number): number | null {
  switch (expression.kind) {
    case "column":
      return values;
    case "cast": {
      const below = distinctOf(expression.argument, known, values);
      return expression.type === "date" ? atMost(below, periods(known, DAY_SECONDS)) : below;
    }
    case "call":
      return distinctOfCall(expression, known, values);
    case "operator":
    case "constant":
      return null;
  }
}

type Call = Extract<IndexExpression, { kind: "call" }>;

function distinctOfCall(
  { function: name, arguments: given }: Call,
  known: ColumnStatistics,
  values: number,
): number | null {
  const inner = given.find(({ kind }) => kind !== "constant");
  const below = inner === undefined ? null : distinctOf(inner, known, values);
  if (below === null || KEEPS_VALUES.has(name)) return below;
  const [unit] = given;
  const seconds =
    name === "date" ? DAY_SECONDS : unit?.kind === "constant" ? UNIT_SECONDS[String(unit.value)] : undefined;
  // Of a part of a text nobody knows how many values there are; fewer than of the whole.
  return seconds === undefined ? below / 10 : atMost(below, periods(known, seconds));
}

const atMost = (values: number | null, limit: number | null): number | null =>
  values === null || limit === null ? values : Math.min(values, limit);

/** How many periods of this length lie between the first and the last value of a column of times. */
function periods({ histogram }: ColumnStatistics, seconds: number): number | null {
  const bounds = histogram === null ? [] : arrayElements(histogram);
  const [first, last] = [bounds[0], bounds.at(-1)].map((bound) => Date.parse(bound ?? ""));
  if (first === undefined || last === undefined || Number.isNaN(first + last)) return null;
  return Math.max(1, (last - first) / 1000 / seconds);
}
