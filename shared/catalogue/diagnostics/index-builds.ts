import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

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

/** Index builds that are under way in this database. */
export const indexBuilds: Statement<IndexBuild> = {
  name: "index-builds",
  text: `select p.pid, coalesce(a.application_name, '') as application_name, p.relid::int8::float8 as table_oid,
      p.index_relid::int8::float8 as index_oid, p.phase,
      case when p.blocks_total > 0 then p.blocks_done::float8 / p.blocks_total end as share_done
    from pg_stat_progress_create_index p left join pg_stat_activity a on a.pid = p.pid
    where p.datname = current_database()
    order by p.pid`,
  row: Row,
};
