import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ name: z.string(), installed: z.string().nullable(), available: z.string().nullable() });
export type ExtensionFacts = z.infer<typeof Row>;

/** Extensions that are created in this database, and those that PgMedic could use. */
export const extensions: Diagnostic<ExtensionFacts> = {
  name: "extensions",
  finds: "extensions of the database",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select name::text as name, installed_version as installed, default_version as available from pg_available_extensions
    where installed_version is not null or name in ('pg_stat_statements', 'pg_trgm', 'btree_gin', 'pgstattuple', 'hypopg', 'pg_repack')
    order by name`,
  row: Row,
};
