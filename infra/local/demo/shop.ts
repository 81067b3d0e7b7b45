// The database `shop` and the roles that PgMedic and the shop's application sign in with.
import { readFileSync } from "node:fs";
import pg from "pg";

const SHOP = "shop";
const UNFINISHED = "shop_unfinished";
const TABLES = ["customers", "products", "orders", "order_items"];

type ShopPasswords = { investigator: string; executor: string; app: string };

/** `url` gives the superuser's connection URL of a database. */
type ShopOptions = { url: (database: string) => string; passwords: ShopPasswords; orders?: number };

/** Enough that reading all of them is slow. */
export const SHOP_ORDERS = 2_000_000;

/** PostgreSQL parameters of the shop's server: room for the tables in memory, and a quick first load. */
export const shopSettings: Readonly<Record<string, string>> = {
  shared_buffers: "384MB",
  maintenance_work_mem: "256MB",
  // Without replicas a table that is filled in the transaction that creates it needs no log.
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "2GB",
};

/** Creates roles and database unless they are there; true when the data was loaded now. */
export async function ensureShop({ url, passwords, orders = SHOP_ORDERS }: ShopOptions): Promise<boolean> {
  const isNew = await withClient(url("postgres"), async (client) => {
    await ensureRoles(client, passwords);
    const found = await client.query("select from pg_database where datname = $1", [SHOP]);
    if (found.rowCount === 1) return false;
    // A load that was killed left this behind.
    await client.query(`drop database if exists ${UNFINISHED} with (force)`);
    await client.query(`create database ${UNFINISHED} owner shop_owner`);
    return true;
  });
  if (!isNew) return false;
  await withClient(url(UNFINISHED), (client) => load(client, orders));
  await withClient(url("postgres"), (client) => client.query(`alter database ${UNFINISHED} rename to ${SHOP}`));
  return true;
}

async function load(client: pg.Client, orders: number): Promise<void> {
  await client.query("create extension pg_stat_statements");
  await client.query("set role shop_owner");
  await client.query("select set_config('shop.orders', $1, false)", [String(orders)]);
  await client.query(readFileSync(new URL("shop.sql", import.meta.url), "utf8"));
  await client.query(`grant select, insert, update on ${TABLES.join(", ")} to shop_app`);
  await client.query("reset role");
  await client.query("vacuum (analyze)");
  // The load must not look like the shop's own work. A session tells what it did up to a second later: it must not tell of it afterwards.
  await client.query("select pg_stat_force_next_flush()");
  await client.query("select pg_stat_reset(), pg_stat_statements_reset()");
}

async function ensureRoles(client: pg.Client, passwords: ShopPasswords): Promise<void> {
  const logins = {
    pgmedic_investigator: passwords.investigator,
    pgmedic_executor: passwords.executor,
    shop_app: passwords.app,
  };
  const existing = await client.query<{ rolname: string }>("select rolname from pg_roles");
  const names = new Set(existing.rows.map(({ rolname }) => rolname));
  if (!names.has("shop_owner")) await client.query("create role shop_owner nologin");
  for (const [name, password] of Object.entries(logins)) {
    const verb = names.has(name) ? "alter" : "create";
    await client.query(`${verb} role ${name} login password ${pg.escapeLiteral(password)}`);
  }
  await client.query("grant pg_monitor, pg_read_all_data to pgmedic_investigator");
  // The executor acts as the owner only after `set role`, never by mere sign-in.
  await client.query("grant shop_owner to pgmedic_executor with set true, inherit false");
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, application_name: "pgmedic-demo" });
  // A lost connection is reported by the query under way as well; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
