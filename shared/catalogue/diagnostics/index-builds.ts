import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  pid: z.number(),
  application_name: z.string(),
  table_oid: z.number(),
  /** 0 until the build has its index in the catalog. */
  index_oid: z.number(),
  phase: z.string(),
  share_done: z.number().nullable(),
});
export type IndexBuild = z.infer<typeof Row>;

/**
 * Index builds that are under way in this database. One of PgMedic's own that still waits for its table is not in the progress view yet:
 * it is known by the mark of its statement.
 */
export const indexBuilds: Diagnostic<IndexBuild> = {
  name: "index-builds",
  finds: "index builds under way",
  needs: "pg_monitor",
  risk: "free",
  mostRows: null,
  text: `select a.pid, a.application_name, coalesce(p.relid, 0)::int8::float8 as table_oid,
      coalesce(p.index_relid, 0)::int8::float8 as index_oid, coalesce(p.phase, 'waiting for the table') as phase,
      case when p.blocks_total > 0 then p.blocks_done::float8 / p.blocks_total end as share_done
    from pg_stat_activity a left join pg_stat_progress_create_index p on p.pid = a.pid
    where a.datname = current_database() and a.backend_type = 'client backend'
      and (p.pid is not null or (a.state = 'active' and a.query like '/* pgmedic:create_index */%'))
    order by a.pid`,
  row: Row,
};
