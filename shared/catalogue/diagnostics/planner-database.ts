import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ is_c_collated: z.boolean() });

/** Whether text sorts by its bytes where a column says nothing else: then a plain b-tree serves LIKE 'x%' (documentation, 11.10). */
export const plannerDatabase: Diagnostic<z.infer<typeof Row>> = {
  name: "planner-database",
  finds: "the collation that plans depend on",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text: `select case coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')
        when 'c' then d.datcollate in ('C', 'POSIX') when 'b' then true else false end as is_c_collated
    from pg_database d where d.datname = current_database()`,
  row: Row,
};
