import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  gid: z.string(),
  owner: z.string(),
  seconds: z.number(),
  xid_age: z.number(),
});
export type PreparedTransaction = z.infer<typeof Row>;

/** Prepared transactions of this database, the oldest first: they hold locks and the horizon, and no session shows them. */
export const preparedTransactions: Diagnostic<PreparedTransaction> = {
  name: "prepared-transactions",
  finds: "prepared transactions",
  needs: "nothing",
  risk: "free",
  mostRows: 100,
  text: `select gid, owner::text as owner, extract(epoch from clock_timestamp() - prepared)::float8 as seconds,
      age(transaction)::float8 as xid_age
    from pg_prepared_xacts where database = current_database()
    order by prepared limit 100`,
  row: Row,
};
