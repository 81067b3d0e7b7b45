import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  schema: z.string(),
  sequence: z.string(),
  last_value: z.number(),
  max_value: z.number(),
  cycles: z.boolean(),
  table: z.string().nullable(),
  column: z.string().nullable(),
  column_type: z.string().nullable(),
});
export type SequenceFacts = z.infer<typeof Row>;

/** Sequences of the schemas `$1` that have given out more than half, of their own values or of what their column can hold. */
export const sequences: Diagnostic<SequenceFacts> = {
  name: "sequences",
  finds: "sequences that run out",
  needs: "select",
  risk: "free",
  mostRows: 200,
  text: `select s.schemaname::text as schema, s.sequencename::text as sequence, s.last_value::float8 as last_value, s.max_value::float8 as max_value,
      s.cycle as cycles, t.relname::text as "table", a.attname::text as column, format_type(a.atttypid, null) as column_type
    from pg_sequences s join pg_namespace n on n.nspname = s.schemaname
      join pg_class c on c.relname = s.sequencename and c.relnamespace = n.oid and c.relkind = 'S'
      left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
      left join pg_class t on t.oid = d.refobjid left join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
    where s.schemaname = any($1) and s.last_value is not null and s.increment_by > 0
      and s.last_value::float8 >= 0.5 * least(s.max_value::float8, case format_type(a.atttypid, null) when 'integer' then 2147483647 when 'smallint' then 32767 else s.max_value::float8 end)
    order by s.schemaname, s.sequencename limit 200`,
  row: Row,
};
