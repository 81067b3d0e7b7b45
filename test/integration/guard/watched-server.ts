// A real PostgreSQL in which nothing but the guard stops a statement: the role is the superuser. What a batch of statements leaves behind
// is looked for: transaction ids, locks, settings, sequences, catalogs, rows, large objects, slots, files, other sessions.
import { readdirSync } from "node:fs";
import pg from "pg";
import type { Cluster } from "../../support/postgres.ts";

const SHOP = `
  create schema shop; create schema evil; create sequence shop.s;
  create table shop.customers (id int primary key, name text, email text);
  create table shop.orders (id int primary key, customer_id int, status text, total float8, created_at timestamptz, details jsonb, tags text[]);
  create table shop.secrets (id int);
  insert into shop.customers select i, 'n' || i, i || '@example.com' from generate_series(1, 4) i;
  insert into shop.orders select i, i % 4 + 1, 'new', i * 1.5, now(), '{"a": 1}', array['x', 'y'] from generate_series(1, 6) i;
  create view shop.v_evil as select nextval('shop.s') as n;
  create function shop.wipe(shop.orders) returns int language sql as $$ delete from shop.orders; select 1 $$;
  create function evil.touch() returns bigint language sql as $$ select nextval('shop.s') $$;
  create function evil.rows() returns setof bigint language sql as $$ select nextval('shop.s') $$;
  create function evil.plus(int, int) returns bigint language sql as $$ select nextval('shop.s') $$;
  create operator evil.<+> (leftarg = int, rightarg = int, function = evil.plus);
`;

/** Seen within the transaction of the batch. Planning and reading take AccessShareLock on relations, and nothing else. */
const WITHIN = `
  select 'a transaction id was assigned' as effect where pg_current_xact_id_if_assigned() is not null
  union all select 'a lock: ' || locktype || ' ' || mode from pg_locks
    where pid = pg_backend_pid() and not (locktype = 'virtualxid' or (locktype = 'relation' and mode = 'AccessShareLock'))
  union all select 'a cursor was left open' from pg_cursors where name <> '' and not name like '<unnamed%'
  union all select 'a temporary schema' where pg_my_temp_schema() <> 0`;

const CATALOGS =
  "class proc type attribute authid database namespace db_role_setting extension operator trigger rewrite largeobject_metadata largeobject index constraint depend";

/** One row of digests; a difference names what changed. */
const DIGESTS = `
  select (select md5(string_agg(name || '=' || coalesce(setting, '') || source, ',' order by name)) from pg_settings) as settings,
    (select last_value || ',' || is_called from shop.s) as "the sequence",
    (select md5(string_agg(o::text, ',' order by id)) from shop.orders o) || (select count(*) from shop.secrets) || (select md5(string_agg(c::text, ',' order by id)) from shop.customers c) as "rows",
    (select count(*) from pg_replication_slots) + (select count(*) from pg_prepared_xacts) + (select count(*) from pg_prepared_statements) as "slots, prepared transactions or statements",
    (select string_agg(stats_reset::text, ',') from pg_stat_database where datname = current_database()) as "the moment of the last statistics reset",
    (select string_agg(channel, ',') from pg_listening_channels() channel) as "what it listens to",
    (select count(*) from pg_stat_activity where application_name = 'canary') as "another session",
    pg_conf_load_time() as "the configuration's load time"`;
const CATALOG_DIGESTS = `select ${CATALOGS.split(" ")
  .map(
    (name) => `(select md5(string_agg(xmin::text || ctid::text, ',' order by ctid)) from pg_${name}) as "pg_${name}"`,
  )
  .join(", ")}`;

export type WatchedServer = {
  functions: readonly string[];
  /** Runs statements, each after the other whatever becomes of those before, and tells the effects of them all. */
  effectsOf: (statements: readonly string[], catalogs?: boolean) => Promise<{ effects: string[]; failed: string[] }>;
  /** Names of pg_catalog; of functions those of which no overload is volatile. */
  builtIns: () => Promise<Record<"names" | "operators" | "types", ReadonlySet<string>>>;
  stop: () => Promise<void>;
};

export async function watchServer(cluster: Cluster): Promise<WatchedServer> {
  const database = await cluster.createDatabase();
  await database.query(SHOP);
  const { rows } = await database.query<{ name: string }>(
    "select distinct proname as name from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname !~ 'reload_conf|terminate|rotate|promote|sleep|wal_replay' order by 1",
  );
  const canary = new pg.Client({ connectionString: database.url, application_name: "canary" });
  canary.on("error", () => {});
  await canary.connect();
  await database.query("set search_path = shop, public; set statement_timeout = '500ms'");
  const { rows: where } = await database.query<{ folder: string }>(
    "select current_setting('data_directory') as folder",
  );
  const one = async (sql: string) => (await database.query<Record<string, unknown>>(sql)).rows[0] ?? {};
  const state = async (catalogs: boolean) => ({
    ...(await one(DIGESTS)),
    ...(catalogs ? { ...(await one(CATALOG_DIGESTS)), files: filesBelow(where[0]?.folder ?? "") } : {}),
  });
  return {
    functions: rows.map(({ name }) => name),
    effectsOf: async (statements, catalogs = false) => {
      const before = await state(catalogs);
      await database.query("begin");
      const failed: string[] = [];
      for (const statement of statements) {
        try {
          await database.query(`savepoint one;\n${statement}\n;release one`);
        } catch (error) {
          failed.push(`${String(error)}: ${statement}`);
          await database.query("rollback to one; release one");
        }
      }
      const { rows: seen } = await database.query<{ effect: string }>(WITHIN);
      await database.query("commit");
      const after: Record<string, unknown> = await state(catalogs);
      const changed = Object.entries(before).flatMap(([what, value]) =>
        String(value) === String(after[what]) ? [] : [`${what} changed`],
      );
      return { effects: [...seen.map(({ effect }) => effect), ...changed], failed };
    },
    builtIns: async () => {
      const set = async (sql: string) =>
        new Set((await database.query<{ name: string }>(sql)).rows.map(({ name }) => name));
      return {
        names: await set(
          "select proname as name from pg_proc where pronamespace = 'pg_catalog'::regnamespace group by 1 having bool_and(provolatile <> 'v')",
        ),
        operators: await set("select oprname as name from pg_operator where oprnamespace = 'pg_catalog'::regnamespace"),
        types: await set("select typname as name from pg_type where typnamespace = 'pg_catalog'::regnamespace"),
      };
    },
    stop: async () => {
      await canary.end();
      await database.drop();
    },
  };
}

/** Names of files; those that a server writes by itself at any time are left out. */
const filesBelow = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter(
      (name) =>
        !/^(pg_wal|pg_stat_tmp|pg_stat|pg_logical|pg_xact|pg_subtrans|pg_multixact|base\/pgsql_tmp)|_fsm$|_vm$|pg_internal/.test(
          name,
        ),
    )
    .toSorted()
    .join("\n");
