import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  application: z.string(),
  state: z.string().nullable(),
  lag_bytes: z.number().nullable(),
  replay_seconds: z.number().nullable(),
  horizon_age: z.number().nullable(),
});
export type Replica = z.infer<typeof Row>;

/** Replicas that stream from this server: how far behind they are, and what their feedback holds back. */
export const replicas: Diagnostic<Replica> = {
  name: "replicas",
  finds: "replicas and how far behind they are",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 100,
  text: `select application_name as application, state,
      case when pg_is_in_recovery() then null else pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 end as lag_bytes,
      extract(epoch from replay_lag)::float8 as replay_seconds, age(backend_xmin)::float8 as horizon_age
    from pg_stat_replication order by application_name limit 100`,
  row: Row,
};
