// A small database whose one slow query lacks an index, and a record of every index that was ever built or dropped in it.
import pg from "pg";
import { z } from "zod";
import { type Load, startLoad } from "../../../infra/local/demo/load.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";

export const PASSWORDS = { investigator: "look", executor: "act", app: "shop" } as const;
export type Column = "customer_id" | "route_id";
export const indexOn = (column: Column): string => `idx_parcels_${column}`;
export const INDEX = indexOn("customer_id");
const VALUES = 5_000;
/** About twice what the server calls in a second and a half: enough for a verdict after one or two windows. */
const PACE_MS = 25;

/** Just over the size below which PgMedic leaves a table alone (8 MB), so that a build takes a fraction of a second. */
const TABLE = `create table parcels as
  select id, 1 + (hashint8(id) & 2147483647) % ${VALUES} as customer_id,
    1 + (hashint8(id + 5000000) & 2147483647) % ${VALUES} as route_id,
    'gift wrap, leave with the neighbour at number ' || id % 90 as note
  from generate_series(1::bigint, 100000) as id`;

/**
 * Event triggers of the superuser: they see every command that completes, whoever sent it. (A trigger on the start of a command would
 * keep DROP INDEX CONCURRENTLY from being the first in its transaction.)
 */
const WATCH = `
  create schema watch;
  create table watch.ddl (n int generated always as identity, tag text, oid int8, name text, application text default current_setting('application_name'));
  create function watch.made() returns event_trigger language plpgsql security definer as $$ begin
    insert into watch.ddl (tag, oid, name) select tg_tag, objid::int8, object_identity from pg_event_trigger_ddl_commands(); end $$;
  create function watch.gone() returns event_trigger language plpgsql security definer as $$ begin
    insert into watch.ddl (tag, oid, name) select tg_tag, objid::int8, object_identity from pg_event_trigger_dropped_objects(); end $$;
  create event trigger made on ddl_command_end when tag in ('CREATE INDEX', 'REINDEX') execute function watch.made();
  create event trigger gone on sql_drop execute function watch.gone();`;

const Ddl = z.object({ tag: z.string(), name: z.string() });
const Index = z.object({ name: z.string(), valid: z.boolean() });

export type Parcels = Awaited<ReturnType<typeof addDatabase>>;
export type Depot = { cluster: Cluster; open: () => Promise<Parcels>; stop: () => Promise<void> };

/** A cluster with the roles that PgMedic and the application sign in with; `open` adds a database of one run's own. */
export async function startDepot(): Promise<Depot> {
  const cluster = await startCluster({ wal_level: "minimal", max_wal_senders: "0", autovacuum: "off" });
  const template = await cluster.createDatabase();
  const { investigator, executor, app } = PASSWORDS;
  for (const statement of [
    "create role parcels_owner nologin",
    `create role pgmedic_investigator login password '${investigator}' in role pg_monitor, pg_read_all_data`,
    `create role pgmedic_executor login password '${executor}'`,
    "grant parcels_owner to pgmedic_executor with set true, inherit false",
    `create role parcels_app login password '${app}'`,
    "create extension pg_stat_statements",
    TABLE,
    "alter table parcels add primary key (id)",
    "alter table parcels owner to parcels_owner",
    "grant create on schema public to parcels_owner",
    "grant select on parcels to parcels_app",
    "vacuum (analyze) parcels",
    WATCH,
  ])
    await template.query(statement);
  await template.disconnect();
  return { cluster, open: () => addDatabase(cluster, template.name), stop: cluster.stop };
}

async function addDatabase(cluster: Cluster, template: string) {
  const database = await cluster.createDatabase(template);
  const rows = async <T>(schema: z.ZodType<T>, sql: string): Promise<T[]> =>
    z.array(schema).parse((await database.query(sql)).rows);
  let load: Load | undefined;
  return {
    name: database.name,
    port: cluster.port,
    /** Lets the application look parcels up by a column, again and again. */
    hammer: (column: Column = "customer_id"): void => {
      const url = `postgres://parcels_app:${PASSWORDS.app}@127.0.0.1:${cluster.port}/${database.name}`;
      const parameter = () => 1 + Math.floor(Math.random() * VALUES);
      const text = `select id, note from parcels where ${column} = $1`;
      load = startLoad(url, { text, parameter }, { clients: 1, paceMs: PACE_MS });
    },
    calm: async (): Promise<void> => load?.stop(),
    /** What was built and dropped, from first to last. */
    ddl: () => rows(Ddl, "select tag, name from watch.ddl order by n"),
    indexes: () =>
      rows(
        Index,
        `select c.relname::text as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
         where i.indrelid = 'public.parcels'::regclass and not i.indisprimary order by 1`,
      ),
    /** Whether a build is under way. */
    isBuilding: async (): Promise<boolean> =>
      (await database.query("select from pg_stat_progress_create_index where datname = current_database()"))
        .rowCount !== 0,
    /** Runs a statement as the superuser, as a person at a console does. */
    run: async (sql: string): Promise<void> => {
      const person = new pg.Client({ connectionString: database.url, application_name: "psql" });
      await person.connect();
      try {
        await person.query(sql);
      } finally {
        await person.end();
      }
    },
    /** Ends the sessions that build, as a failover does: what they began stays behind, invalid. */
    breakOffBuilds: async (): Promise<void> => {
      await database.query(
        "select pg_terminate_backend(pid) from pg_stat_progress_create_index where datname = current_database()",
      );
    },
    /** Sessions of PgMedic in this database. */
    sessions: async (): Promise<string[]> =>
      (
        await rows(
          z.object({ name: z.string() }),
          "select application_name as name from pg_stat_activity where datname = current_database() and application_name like 'pgmedic%'",
        )
      ).map(({ name }) => name),
    /** Opens a transaction that is in the way of a build; by default it writes, so that the build must wait for its end. */
    holdUp: async (sql = "update parcels set note = note where id = 1"): Promise<() => Promise<void>> => {
      const writer = new pg.Client({ connectionString: database.url });
      await writer.connect();
      await writer.query("begin");
      await writer.query(sql);
      return async () => {
        await writer.query("rollback");
        await writer.end();
      };
    },
    drop: database.drop,
  };
}
