import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ is_installed: z.boolean(), is_available: z.boolean(), may_create: z.boolean() });

/** Whether the extension `$1` is in this database, or could be made by the role `$2`: a trusted one needs CREATE on the database. */
export const extensionRights: Diagnostic<z.infer<typeof Row>> = {
  name: "extension-rights",
  finds: "whether an extension is there or may be created",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text: `select exists (select 1 from pg_extension where extname = $1) as is_installed,
      exists (select 1 from pg_available_extensions where name = $1) as is_available,
      coalesce((select r.rolsuper or (has_database_privilege(r.oid, current_database(), 'create')
        and exists (select 1 from pg_available_extension_versions v where v.name = $1 and v.trusted))
        from pg_roles r where r.rolname = $2), false) as may_create`,
  row: Row,
};
