import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  oid: z.number(),
  /** Null for a partitioned table that is itself no partition of a table that was asked for. */
  parent_oid: z.number().nullable(),
  /** `FOR VALUES …` of a partition. */
  bound: z.string().nullable(),
  /** `RANGE (created_at)` of a partitioned table. */
  key: z.string().nullable(),
  /** How many partitions a partitioned table has, those left out included. */
  partitions: z.number(),
});
export type PartitionFacts = z.infer<typeof Row>;

/** How those of the tables `$1` that are partitioned, or partitions, hang together. */
export const plannerPartitions: Diagnostic<PartitionFacts> = {
  name: "planner-partitions",
  finds: "partitions and their bounds",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select c.oid::int8::float8 as oid, i.inhparent::int8::float8 as parent_oid,
      pg_get_expr(c.relpartbound, c.oid) as bound, pg_get_partkeydef(c.oid) as key,
      (select count(*) from pg_inherits below where below.inhparent = c.oid)::int as partitions
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid and i.inhparent = any($1::int8[]::oid[]) and c.relispartition
    where c.oid = any($1::int8[]::oid[]) and (c.relkind = 'p' or c.relispartition)
    order by c.oid`,
  row: Row,
};
