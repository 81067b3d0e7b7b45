import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ type: z.string(), labels: z.array(z.string()) });
export type EnumLabels = z.infer<typeof Row>;

/** The labels of the enum types that the tables `$1` use, under the name that format_type gives them. */
export const enumLabels: Diagnostic<EnumLabels> = {
  name: "enum-labels",
  finds: "labels of enum types",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select format_type(t.oid, null) as type, array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder) as labels
    from pg_type t
    where t.typtype = 'e' and t.oid in (
      select coalesce(nullif(u.typbasetype, 0), case when u.typcategory = 'A' then u.typelem end, u.oid) from pg_attribute a join pg_type u on u.oid = a.atttypid
      where a.attrelid = any($1::int8[]::oid[]) and a.attnum > 0 and not a.attisdropped)
    order by 1`,
  row: Row,
};
