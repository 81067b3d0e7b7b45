import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import type { Observed } from "../observed.ts";
import { type Point, count, point, seconds } from "./suspicion.ts";

const DEAD_SHARE = 0.2;

export const LEAST_DEAD_ROWS = 10_000;

/** Tables with more dead rows than autovacuum should let stand. */
export const deadHeavy = ({ tables }: Observed): TableHealth[] =>
  tables
    .filter(({ dead_rows: dead, live_rows: live }) => dead >= LEAST_DEAD_ROWS && dead >= DEAD_SHARE * (live + dead))
    .toSorted((a, b) => b.dead_rows - a.dead_rows || a.oid - b.oid);

export const deadPoint = ({ table, dead_rows: dead, live_rows: live, vacuum_seconds: ago }: TableHealth): Point =>
  point(
    "pg_stat_user_tables",
    `${table} holds ${count(dead)} dead rows beside ${count(live)} live ones; the last VACUUM was ${ago === null ? "never" : `${seconds(ago)} ago`}.`,
    { table, deadRows: dead, liveRows: live },
  );
