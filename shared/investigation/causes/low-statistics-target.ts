import type { CatalogTable } from "../../advisor/catalog.ts";
import { scansOf } from "../../advisor/scans.ts";
import { type Observed, settingOf } from "../observed.ts";
import { isStale, misplannedPoint, rowsOff } from "./stale-statistics.ts";
import { type Costly, costly, FEWEST_BLOCKS, targetOf } from "./statements.ts";
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
    return costly(seen)
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
  const target = settingOf(seen, "default_statistics_target") ?? 100;
  // A list of common values that is not full holds every value that is common: a larger one would hold no more.
  const shares = known.common_shares ?? [];
  const isComplete =
    (known.distinct > 0 && shares.length >= known.distinct) || shares.reduce((sum, one) => sum + one, 0) > KNOWN_SHARE;
  const isFull = shares.length >= target * 0.9;
  const isSampled = known.distinct > 0 && known.distinct < table.rows * 0.1;
  if (isComplete || (!isFull && !isSampled))
    return rejected(cause, subject, "the sample knows every value of the column");
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
        parameters: { schema: table.schema, table: table.table, column, target: TARGET },
      },
      judgedBy: { basis: "statements", figure: "blocksPerCall" },
      note: `ANALYZE of ${table.table} samples ten times as many rows from now on.`,
      targets: [targetOf(one, seen.interval.seconds)],
    },
    recommendation: `Raise the statistics target of ${subject} to ${TARGET} and analyse the table.`,
  };
}
