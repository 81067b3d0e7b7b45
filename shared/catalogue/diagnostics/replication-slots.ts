import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  slot: z.string(),
  type: z.string(),
  is_active: z.boolean(),
  database: z.string().nullable(),
  xmin_age: z.number().nullable(),
  catalog_xmin_age: z.number().nullable(),
  /** Bytes of write-ahead log that the server keeps for it. */
  retained_bytes: z.number().nullable(),
  wal_status: z.string().nullable(),
  /** The size up to which a server keeps log for slots, in bytes; null is no bound. */
  keep_limit_bytes: z.number().nullable(),
});
export type ReplicationSlot = z.infer<typeof Row>;

/** Replication slots with what they hold back: write-ahead log, and the rows that VACUUM may not remove. */
export const replicationSlots: Diagnostic<ReplicationSlot> = {
  name: "replication-slots",
  finds: "slots and what they hold back",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 100,
  text: `select s.slot_name::text as slot, s.slot_type as type, s.active as is_active, s.database::text as database,
      age(s.xmin)::float8 as xmin_age, age(s.catalog_xmin)::float8 as catalog_xmin_age,
      case when pg_is_in_recovery() then null else pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::float8 end as retained_bytes,
      s.wal_status,
      (select nullif(setting, '-1')::float8 * 1048576 from pg_settings where name = 'max_slot_wal_keep_size') as keep_limit_bytes
    from pg_replication_slots s
    where not s.temporary
    order by s.slot_name limit 100`,
  row: Row,
};
