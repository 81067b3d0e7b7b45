import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  name: z.string(),
  /** Where it is installed; null when it is only there to be installed. */
  schema: z.string().nullable(),
  /** Installed, or allowed to be: Azure keeps a list of what may be (`azure.extensions`). */
  is_allowed: z.boolean(),
});
export type ExtensionFacts = z.infer<typeof Row>;

/** Which of the extensions `$1` this database has, or could have. */
export const plannerExtensions: Diagnostic<ExtensionFacts> = {
  name: "planner-extensions",
  finds: "extensions that plans depend on",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select a.name::text as name, n.nspname::text as schema,
      e.oid is not null or coalesce(current_setting('azure.extensions', true), '') = ''
        or lower(a.name::text) = any(string_to_array(lower(replace(current_setting('azure.extensions', true), ' ', '')), ',')) as is_allowed
    from pg_available_extensions a left join pg_extension e on e.extname = a.name left join pg_namespace n on n.oid = e.extnamespace
    where a.name = any($1)
    order by 1`,
  row: Row,
};
