import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  pid: z.number(),
  lock_type: z.string(),
  mode: z.string(),
  relation_oid: z.number().nullable(),
  relation: z.string().nullable(),
});
export type LockWait = z.infer<typeof Row>;

/** Locks that sessions wait for, at most 500, with the relation where they are about one in this database. */
export const lockWaits: Diagnostic<LockWait> = {
  name: "lock-waits",
  finds: "locks that are waited for",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 500,
  text: `select l.pid, l.locktype as lock_type, l.mode, l.relation::int8::float8 as relation_oid,
      case when l.database = (select oid from pg_database where datname = current_database())
        then (select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = l.relation) end as relation
    from pg_locks l
    where not l.granted
    order by l.pid limit 500`,
  row: Row,
};
