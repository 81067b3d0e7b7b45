import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  bytes: z.number(),
  freeze_age: z.number(),
  mxid_age: z.number(),
  /** Seconds since the counters of this database were reset; null for never. */
  reset_seconds: z.number().nullable(),
  uptime_seconds: z.number(),
  collation: z.string(),
  wal_bytes: z.number().nullable(),
});
export type DatabaseFacts = z.infer<typeof Row>;

/** This database: size, age of its oldest transaction id, and since when its counters count. */
export const databaseFacts: Diagnostic<DatabaseFacts> = {
  name: "database-facts",
  finds: "size and age of the database, and since when it counts",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 1,
  text: `select pg_database_size(d.oid)::float8 as bytes, age(d.datfrozenxid)::float8 as freeze_age, mxid_age(d.datminmxid)::float8 as mxid_age,
      extract(epoch from clock_timestamp() - s.stats_reset)::float8 as reset_seconds,
      extract(epoch from clock_timestamp() - pg_postmaster_start_time())::float8 as uptime_seconds, d.datcollate::text as collation,
      (select sum(size)::float8 from pg_ls_waldir()) as wal_bytes
    from pg_database d left join pg_stat_database s on s.datid = d.oid where d.datname = current_database()`,
  row: Row,
};
