import { type CatalogTable, columnNamed } from "../../advisor/catalog.ts";
import { scansOf } from "../../advisor/scans.ts";
import { type Observed, settingOf } from "../observed.ts";
import { isStale, misplannedPoint, rowsOff } from "./stale-statistics.ts";
import { type Costly, FEWEST_BLOCKS, targetOf, recurring } from "./statements.ts";
import { type CauseRules, count, point, rejected, type Suspicion } from "./suspicion.ts";

const WRONG_BY = 10;
const FEWEST_ROWS = 100_000;
const SHARE_TO_BLAME = 0.1;
/** Common values that take this share of the rows leave nothing to guess. */
const KNOWN_SHARE = 0.95;
/** Ten times the default of 100: 300,000 rows are sampled instead of 30,000 (PostgreSQL documentation, 14.2.1). */
const TARGET = 1_000;

/** A large table's column of which the sample is too small to know how many values it has, or which are common. */
export const lowStatisticsTarget: CauseRules = {
  cause: "low_statistics_target",
  explains: ["cpu", "io", "latency", "temp_files", "any"],
  weigh: (seen) => {
    const catalog = seen.catalog;
    if (catalog === null) return [];
    return recurring(seen)
      .filter(({ share, plan }) => share >= SHARE_TO_BLAME && plan !== null)
      .flatMap((one) =>
        scansOf(one.statement.syntax, catalog).flatMap(({ table, conditions }) => {
          const equal = conditions.filter(({ how }) => how === "equal");
          const [only] = equal;
          if (only === undefined || equal.length > 1 || only.target.kind !== "column") return [];
          return weigh(seen, one, table, only.target.column) ?? [];
        }),
      );
  },
};

function weigh(seen: Observed, one: Costly, table: CatalogTable, column: string): Suspicion | null {
  const cause = "low_statistics_target";
  const subject = `${table.schema}.${table.table}.${column}`;
  const health = seen.tables.find(({ oid }) => oid === table.oid);
  const known = table.statistics.find((statistics) => statistics.column === column);
  if (one.plan === null || health === undefined || known === undefined || table.rows < FEWEST_ROWS) return null;
  const factor = rowsOff(one.plan, one.delta.rowsPerCall);
  if (factor < WRONG_BY) return null;
  if (one.delta.blocksPerCall < FEWEST_BLOCKS)
    return rejected(cause, subject, `a call reads only ${count(one.delta.blocksPerCall)} blocks`);
  if (isStale(health)) return rejected(cause, subject, "the figures of the table are old: analyse it first");
  const oldTarget = columnNamed(table, column)?.statistics_target ?? -1;
  const target = oldTarget >= 0 ? oldTarget : (settingOf(seen, "default_statistics_target") ?? 100);
  if (target >= TARGET) return rejected(cause, subject, `its statistics target is ${target} already`);
  const because = whatIsKnown(one, known, { rows: table.rows, target });
  if (because !== null) return rejected(cause, subject, because);
  return {
    proven: true,
    cause,
    subject,
    statement: `The statistics of ${table.table}.${column} are too coarse: the planner is wrong by a factor of ${Math.round(factor)}.`,
    impact: Math.min(1, one.share),
    for: [
      misplannedPoint(one),
      point(
        "pg_stats",
        `The statistics of ${column} keep ${known.common_shares?.length ?? 0} common values and count on ${count(Math.abs(known.distinct))} values in ${count(table.rows)} rows.`,
        { commonValues: known.common_shares?.length ?? 0, distinct: known.distinct, rows: table.rows },
      ),
    ],
    against: [],
    mending: {
      action: {
        kind: "set_column_statistics",
        parameters: { schema: table.schema, table: table.table, column, target: TARGET, oldTarget },
      },
      judgedBy: { basis: "statements", figure: "blocksPerCall" },
      note: `ANALYZE of ${table.table} samples ten times as many rows from now on.`,
      targets: [targetOf(one, seen.interval.seconds)],
    },
    recommendation: `Raise the statistics target of ${subject} to ${TARGET} and analyse the table.`,
  };
}

/** Why more statistics would say no more than those that there are; null when they would. */
function whatIsKnown(
  { plan, delta }: Costly,
  { common_shares: common, distinct }: CatalogTable["statistics"][number],
  { rows, target }: { rows: number; target: number },
): string | null {
  const shares = common ?? [];
  const isComplete =
    (distinct > 0 && shares.length >= distinct) || shares.reduce((sum, one) => sum + one, 0) > KNOWN_SHARE;
  if (isComplete) return "the sample knows every value of the column";
  // Too many rows were counted on: the sample saw fewer values than there are.
  if ((plan?.rows ?? 0) > delta.rowsPerCall)
    return distinct > 0 && distinct < rows * 0.1
      ? null
      : "the planner knows that nearly every row has a value of its own";
  // Too few: a value that is common has no place in the list, which keeps the most common ones.
  if (shares.length < target * 0.9) return "the list of common values is not full: it holds all that are common";
  const leastKnown = (shares.at(-1) ?? 0) * rows;
  return delta.rowsPerCall <= leastKnown * 2 ? null : "values as common as those that were asked for are in the list";
}
