import { DatabaseCounters } from "../../contracts/snapshot.ts";
import type { Diagnostic } from "../../contracts/statement.ts";

/** Checkpoint counters moved to a view of their own in PostgreSQL 17. */
const OWN_VIEW_VERSION = 170000;

/** Cumulative counters of this database, and of the server's checkpoints and write-ahead log. */
export const databaseCounters = (version: number): Diagnostic<DatabaseCounters> => ({
  name: "database-counters",
  finds: "deadlocks, temporary files, cache, checkpoints",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text: `select d.deadlocks::float8 as "deadlocks", d.temp_bytes::float8 as "tempBytes",
      d.blks_hit::float8 as "blocksHit", d.blks_read::float8 as "blocksRead", d.xact_commit::float8 as "commits",
      d.xact_rollback::float8 as "rollbacks",
      ${
        version >= OWN_VIEW_VERSION
          ? `(select num_timed::float8 from pg_stat_checkpointer) as "timedCheckpoints",
      (select num_requested::float8 from pg_stat_checkpointer) as "requestedCheckpoints"`
          : `(select checkpoints_timed::float8 from pg_stat_bgwriter) as "timedCheckpoints",
      (select checkpoints_req::float8 from pg_stat_bgwriter) as "requestedCheckpoints"`
      },
      case when pg_is_in_recovery() then null else pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 end as "walBytes"
    from pg_stat_database d where d.datname = current_database()`,
  row: DatabaseCounters,
});
