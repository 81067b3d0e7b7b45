// The scripts of infra/sql on real servers: what the two roles may do after them, and that break-glass leaves them nothing.
import { globSync } from "node:fs";
import { basename, resolve } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { installations, type PlainPostgres, startPlainPostgres } from "../../support/plain-postgres.ts";
import { roleScript } from "../../support/role-script.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const NAMES = { investigator: "pgmedic_investigator", executor: 'pgmedic "executor"' };
const PASSWORDS = { investigator_password: "look'1", executor_password: "act:2" };
const GRANTS = { ...NAMES, schemas: "public, sales", reads_all_data: "off", ends_sessions: "on" };

const SCHEMA = `
  create role shop_owner nologin; create role sales_owner nologin;
  create schema sales;
  grant create, usage on schema public to shop_owner; grant create, usage on schema sales to sales_owner;
  set role shop_owner;
  create table orders (id bigint primary key, customer_id bigint not null, status text);
  insert into orders select n, n % 100, 'new' from generate_series(1, 1000) n;
  set role sales_owner;
  create table sales.leads (id bigint primary key, name text);
  reset role;
  create table secrets (id bigint primary key);
  alter table secrets owner to shop_owner;
  create schema private; create table private.salaries (id bigint);
  create extension pg_stat_statements;
  analyze orders;
`;
/** As on Azure: the administrator is no superuser, but may create roles and give what it holds itself. */
const ADMINISTRATOR = `
  create role dba login createrole password 'dba';
  grant pg_monitor, pg_signal_backend, shop_owner, sales_owner to dba with admin option;
  alter schema public owner to dba; alter schema sales owner to dba;
`;

const AnyStatement = z.looseObject({ name: z.string(), text: z.string() });

type Diagnostic = { file: string; forms: string[] };

/** Every diagnostic of the catalogue. One that is built for a schema or a version comes in the forms that it may have. */
async function everyDiagnostic(version: number): Promise<Diagnostic[]> {
  const files = globSync(`${ROOT}/shared/catalogue/diagnostics/*.ts`).toSorted((a, b) => a.localeCompare(b));
  const found: Diagnostic[] = [];
  for (const file of files) {
    const module: Record<string, unknown> = await import(file);
    const forms = Object.values(module)
      .flatMap((exported) => (isMaker(exported) ? builtBy(exported, version) : [exported]))
      .map((made) => AnyStatement.safeParse(made).data?.text)
      .filter((text) => text !== undefined);
    if (forms.length > 0) found.push({ file: basename(file, ".ts"), forms });
  }
  return found;
}

const isMaker = (value: unknown): value is (...values: unknown[]) => unknown => typeof value === "function";

function builtBy(make: (...values: unknown[]) => unknown, version: number): unknown[] {
  return [["public", version], [version]].flatMap((values) => {
    try {
      return [make(...values)];
    } catch {
      return [];
    }
  });
}

/** Runs a statement with empty lists for its parameters; one that wants a number gets one. */
async function attempt(client: pg.Client, text: string): Promise<string | null> {
  const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  let last: string | null = null;
  for (const value of ["{}", "1", "x"]) {
    try {
      await client.query({ text, values: Array.from({ length: count }, () => value) });
      return null;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      last = `${error.code}: ${error.message}`;
      // Only a value that does not fit the parameter's type is worth another one.
      if (error.code !== "22P02" && error.code !== "42804" && error.code !== "22007") return last;
    }
  }
  return last;
}

const installed = installations();
const [oldest] = installed;
const newest = installed.at(-1);
const chosen = [...new Set([oldest, newest])].filter((one) => one !== undefined);

describe.each(chosen)("$name", (installation) => {
  let server: PlainPostgres;
  const as = async <T>(role: "investigator" | "executor", work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const password = PASSWORDS[`${role}_password`];
    const client = new pg.Client({
      host: "127.0.0.1",
      port: server.port,
      user: NAMES[role],
      password,
      database: "postgres",
    });
    client.on("error", () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const run = async (name: string, variables: Record<string, string>): Promise<void> => {
    const client = new pg.Client({ connectionString: server.url("dba", "dba", "postgres") });
    await client.connect();
    try {
      await client.query(roleScript(name, variables));
    } finally {
      await client.end();
    }
  };
  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "no failure",
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  beforeAll(async () => {
    server = await startPlainPostgres(installation, { shared_preload_libraries: "pg_stat_statements" });
    await server.asSuperuser("postgres", (client) => client.query(SCHEMA + ADMINISTRATOR));
    await run("plain-roles.sql", { ...NAMES, ...PASSWORDS });
    await run("grants.sql", GRANTS);
  });
  afterAll(() => server?.stop());

  test("the investigator runs every diagnostic of the catalogue", async () => {
    const diagnostics = await everyDiagnostic(installation.version * 10_000);
    expect(diagnostics.length).toBeGreaterThan(15);
    await as("investigator", async (client) => {
      const failed = [];
      for (const { file, forms } of diagnostics) {
        const answers = [];
        for (const form of forms) answers.push(await attempt(client, form));
        if (!answers.includes(null)) failed.push(`${file}: ${answers.join(" or ")}`);
      }
      expect(failed).toEqual([]);
    });
  });

  test("the investigator sees column statistics and other sessions, in the watched schemas alone", async () => {
    await as("investigator", async (client) => {
      const { rows } = await client.query("select distinct tablename from pg_stats where schemaname <> 'pg_catalog'");
      expect(rows).toContainEqual({ tablename: "orders" });
      expect(await failure(client.query("select * from private.salaries"))).toMatch(/permission denied/);
      const sees = await client.query("select count(*)::int as n from pg_stat_activity where query is not null");
      expect(sees.rows[0]).not.toEqual({ n: 0 });
    });
  });

  test("the investigator writes nothing, even when it lifts its own read-only mode", async () => {
    await as("investigator", async (client) => {
      expect(await failure(client.query("delete from orders"))).toMatch(/read-only transaction/);
      await client.query("set default_transaction_read_only = off");
      for (const statement of [
        "delete from orders",
        "update orders set status = 'x'",
        "insert into orders values (0, 0)",
        "create index on orders (status)",
        "truncate orders",
        "drop table orders",
        "set role shop_owner",
        "alter role shop_owner login",
      ])
        expect(await failure(client.query(statement)), statement).toMatch(
          /permission denied|must be owner|must have|only roles/i,
        );
    });
  });

  test("the executor creates an index as the owner, and not by itself", async () => {
    await as("executor", async (client) => {
      const build = "create index concurrently idx_orders_customer_id on public.orders (customer_id)";
      expect(await failure(client.query(build))).toMatch(/must be owner/);
      expect(await failure(client.query("select * from orders"))).toMatch(/permission denied/);
      await client.query("set role shop_owner");
      await client.query(build);
      expect(await failure(client.query("create index on sales.leads (name)"))).toMatch(
        /permission denied|must be owner/,
      );
      await client.query("set role sales_owner");
      await client.query("create index concurrently on sales.leads (name)");
    });
  });

  test("the executor acts for no other owner and becomes nobody else", async () => {
    await as("executor", async (client) => {
      for (const role of ["postgres", "pg_write_all_data", "pg_execute_server_program"])
        expect(await failure(client.query(`set role ${role}`)), role).not.toBe("no failure");
      expect(await failure(client.query("drop table private.salaries"))).toMatch(/permission denied|must be owner/);
    });
  });

  test("the scripts can be run again", async () => {
    await run("plain-roles.sql", { ...NAMES, ...PASSWORDS });
    await run("grants.sql", GRANTS);
    await as("executor", (client) => client.query("set role shop_owner"));
  });

  test("a schema that is not there, and tables of a superuser, are refused with the reason", async () => {
    expect(await failure(run("grants.sql", { ...GRANTS, schemas: "public,shop" }))).toMatch(/no schema shop/);
    expect(await failure(run("grants.sql", { ...GRANTS, schemas: "private" }))).toMatch(/tables belong to postgres/);
  });

  test("whoever may only end sessions ends them by break-glass, and is told that the door is still open", async () => {
    const open = new pg.Client({
      host: "127.0.0.1",
      port: server.port,
      user: NAMES.executor,
      password: PASSWORDS.executor_password,
      database: "postgres",
    });
    open.on("error", () => {});
    await open.connect();
    const told: string[] = [];
    await server.asSuperuser("postgres", async (client) => {
      client.on("notice", ({ message = "" }) => told.push(message));
      await client.query("create role guard in role pg_signal_backend");
      await client.query("set session authorization guard");
      await client.query(roleScript("break-glass.sql", NAMES));
      await client.query("reset session authorization");
      await client.query("drop role guard");
    });
    expect(await failure(open.query("select 1"))).not.toBe("no failure");
    await open.end().catch(() => {});
    expect(told.filter((message) => message.startsWith("THE DOOR IS STILL OPEN"))).toHaveLength(2);
    await as("executor", (client) => client.query("set role shop_owner"));
  });

  test("after break-glass neither role can do anything, and the sessions that were open are gone", async () => {
    const password = PASSWORDS.executor_password;
    const open = new pg.Client({
      host: "127.0.0.1",
      port: server.port,
      user: NAMES.executor,
      password,
      database: "postgres",
    });
    open.on("error", () => {});
    await open.connect();
    await open.query("set role shop_owner");
    await run("break-glass.sql", NAMES);
    expect(await failure(open.query("select 1"))).not.toBe("no failure");
    await open.end().catch(() => {});
    for (const role of ["investigator", "executor"] as const)
      expect(await failure(as(role, (client) => client.query("select 1")))).toMatch(/not permitted to log in/);
    await server.asSuperuser("postgres", async (client) => {
      for (const role of Object.values(NAMES)) {
        await client.query(`set session authorization ${pg.escapeIdentifier(role)}`);
        expect(await failure(client.query("select * from orders"))).toMatch(/permission denied/);
        expect(await failure(client.query("set role shop_owner"))).toMatch(/permission denied/);
        expect((await client.query("select pg_has_role('pg_monitor', 'usage') as has")).rows).toEqual([{ has: false }]);
        await client.query("reset session authorization");
      }
      // Nor does a table that is made later come with a right.
      await client.query("set role shop_owner");
      await client.query("create table later (id bigint)");
      await client.query("reset role");
      const { rows } = await client.query("select has_table_privilege($1, 'later', 'select') as may", [
        NAMES.investigator,
      ]);
      expect(rows).toEqual([{ may: false }]);
    });
  });

  test("the way back gives the same rights again", async () => {
    await run("restore-sign-in.sql", NAMES);
    await run("grants.sql", GRANTS);
    await as("executor", (client) => client.query("set role shop_owner"));
    await as("investigator", (client) => client.query("select count(*) from orders"));
  });

  test("tearing down leaves no trace of the roles", async () => {
    await run("break-glass.sql", NAMES);
    await run("remove-roles.sql", NAMES);
    const { rows } = await server.asSuperuser("postgres", (client) =>
      client.query("select rolname from pg_roles where rolname like 'pgmedic%'"),
    );
    expect(rows).toEqual([]);
  });
});
