import { StatementCounters } from "../../contracts/snapshot.ts";
import type { Diagnostic } from "../../contracts/statement.ts";
import { identifier } from "../../core/identifier.ts";

/** PgMedic's own statements carry this mark and are never counted as load. */
export const OWN_MARK = "%/* pgmedic:%";

/**
 * Cumulative counters of the `$1` costliest statements of this database. A statement inside a function is counted with its caller,
 * so only top-level ones are read where the extension tells them apart: from its version 1.9 (109 here) on. Compile times come with 1.10.
 */
export const statementCounters = (schema: string, version: number): Diagnostic<StatementCounters> => ({
  name: "statement-counters",
  finds: "the statements that took the time",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 500,
  text: `select userid::text || '/' || queryid::text as key,
      sum(calls)::float8 as "calls",
      sum(total_exec_time)::float8 as "totalMs",
      (sum(total_exec_time) / greatest(sum(calls), 1))::float8 as "meanMs",
      max(stddev_exec_time)::float8 as "stddevMs",
      sum(shared_blks_hit + shared_blks_read)::float8 as "blocks",
      sum(rows)::float8 as "rows",
      min(min_exec_time)::float8 as "minMs",
      max(max_exec_time)::float8 as "maxMs",
      sum(temp_blks_read + temp_blks_written)::float8 as "tempBlocks",
      sum(shared_blks_read)::float8 as "blocksRead",
      ${version >= 110 ? "sum(jit_generation_time + jit_inlining_time + jit_optimization_time + jit_emission_time)::float8" : "null::float8"} as "jitMs"
    from ${identifier(schema, "pg_stat_statements")}
    where dbid = (select oid from pg_database where datname = current_database())
      and queryid is not null and query not like '${OWN_MARK}'${version >= 109 ? " and toplevel" : ""}
    group by userid, queryid
    order by sum(total_exec_time) desc
    limit $1`,
  row: StatementCounters,
});
