// The server that scenarios are played on: its roles, a database for each scenario, and nothing left behind.
import pg from "pg";

/** The password of every role of the arena. */
export const PASSWORD = "test";
export const PASSWORD_SETTING = "SCENARIO_PASSWORD";
export const INVESTIGATOR = "pgmedic_investigator";
export const EXECUTOR = "pgmedic_executor";
const TIMEOUT_MS = 120_000;

/** A server that runs; `url` is the superuser's. */
export type Server = { port: number; version: number; url: (database: string) => string };

/** `owner` owns the tables; `app`, `batch` and `analyst` use them; PgMedic's two roles have what a full onboarding gives. */
const ROLES = `
create role owner nologin;
create role app login password '${PASSWORD}';
create role batch login password '${PASSWORD}';
create role owner_login login replication password '${PASSWORD}';
create role analyst login password '${PASSWORD}';
create role ${INVESTIGATOR} login password '${PASSWORD}' connection limit 10;
create role ${EXECUTOR} login replication createrole password '${PASSWORD}' connection limit 10;
grant owner to owner_login;
grant pg_checkpoint to batch;
grant pg_read_all_data to app, batch, analyst;
grant pg_write_all_data to app, batch;
grant pg_monitor, pg_read_all_data to ${INVESTIGATOR};
`;
// Since 16 a membership says for itself whether it is inherited; before, the member says it for all of them.
const MEMBERSHIPS_16 = `
grant owner, app, batch, analyst to ${EXECUTOR} with admin true, inherit false, set true;
grant pg_signal_backend, pg_monitor to ${EXECUTOR} with inherit true;`;
const MEMBERSHIPS = `
grant owner, app, batch, analyst to ${EXECUTOR} with admin option;
grant pg_signal_backend, pg_monitor to ${EXECUTOR};`;

export async function connect(url: string, application = "scenario"): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: application,
    connectionTimeoutMillis: 10_000,
    query_timeout: TIMEOUT_MS,
  });
  // A session that is ended from outside reports it here as well.
  client.on("error", () => {});
  await client.connect();
  return client;
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

export const createRoles = (server: Server): Promise<void> =>
  withClient(server.url("postgres"), async (client) => {
    await client.query(ROLES);
    await client.query(server.version >= 16 ? MEMBERSHIPS_16 : MEMBERSHIPS);
  });

/** The URL of a role's connection. */
export function urlAs(server: Server, role: string, database: string): string {
  return `postgres://${role}:${PASSWORD}@127.0.0.1:${server.port}/${database}`;
}

/** Creates the scenario's database, and runs its script as the superuser, with tables that belong to `owner`. */
export async function prepare(
  server: Server,
  database: string,
  { script, options = "" }: { script: string; options?: string | undefined },
): Promise<void> {
  await withClient(server.url("postgres"), (client) => client.query(`create database ${database} ${options}`));
  await withClient(server.url(database), async (client) => {
    await client.query(
      "create extension pg_stat_statements; grant create, usage on schema public to owner, app, batch",
    );
    // VACUUM and the like cannot run among others in one message.
    for (const statement of statementsOf(script)) {
      await client.query(statement.replaceAll(":database", database));
      // Else the rows of a load are counted a second later, as if they had come after the ANALYZE.
      await client.query("select pg_stat_force_next_flush()");
    }
    await client.query(GIVE_TO_OWNER);
    await client.query(
      "select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()))",
    );
  });
}

/** Statements end with a semicolon at the end of a line, outside of a dollar-quoted body. */
function statementsOf(script: string): string[] {
  const parts = script.split(/;[ \t]*$/m).filter((part) => part.replaceAll(/^\s*--.*$/gm, "").trim() !== "");
  const statements: string[] = [];
  for (const part of parts) {
    const last = statements.at(-1);
    const isInBody = last !== undefined && (last.match(/\$\$/g)?.length ?? 0) % 2 === 1;
    if (isInBody) statements.splice(-1, 1, `${last};${part}`);
    else statements.push(part);
  }
  return statements;
}

const GIVE_TO_OWNER = `do $$
declare one record;
begin
  for one in select c.oid::regclass as name, c.relkind from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'v') and c.relowner = 10
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
  loop
    execute format('alter %s %s owner to owner', case one.relkind when 'm' then 'materialized view' when 'v' then 'view' else 'table' end, one.name);
  end loop;
end $$`;

/** Drops the database with everything of it that lives on: prepared transactions, slots, sessions, settings of roles. */
export async function discard(server: Server, database: string): Promise<void> {
  await withClient(server.url(database), async (client) => {
    const { rows } = await client.query<{ gid: string }>(
      "select gid from pg_prepared_xacts where database = current_database()",
    );
    for (const { gid } of rows) await client.query(`rollback prepared ${pg.escapeLiteral(gid)}`);
  });
  await withClient(server.url("postgres"), async (client) => {
    await client.query(
      "select pg_terminate_backend(active_pid) from pg_replication_slots where active_pid is not null",
    );
    for (let tries = 0; tries < 20; tries += 1) {
      const { rows } = await client.query<{ slot: string; active: boolean }>(
        "select slot_name as slot, active from pg_replication_slots",
      );
      for (const { slot, active } of rows)
        if (!active) await client.query("select pg_drop_replication_slot($1)", [slot]);
      if (rows.every(({ active }) => !active)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await client.query(`drop database if exists ${database} with (force)`);
    for (const role of ["app", "batch", "analyst"])
      await client.query(`alter role ${role} connection limit -1 valid until 'infinity'; alter role ${role} reset all`);
  });
}
