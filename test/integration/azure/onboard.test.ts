// `pgmedic onboard` on a real server: an administrator without superuser, tables of two owners.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readArguments } from "../../../functions/cli/arguments.ts";
import { onboard, ONBOARD_OPTIONS, OnboardArguments } from "../../../functions/cli/onboard.ts";
import { installations, type PlainPostgres, startPlainPostgres } from "../../support/plain-postgres.ts";

const SCHEMA = `
  create extension pg_stat_statements;
  create role shop_owner nologin; create role sales_owner nologin;
  create schema sales;
  grant create, usage on schema public to shop_owner; grant create, usage on schema sales to sales_owner;
  set role shop_owner; create table orders (id bigint primary key, customer_id bigint not null);
  set role sales_owner; create table sales.leads (id bigint primary key, name text);
  reset role;
  create role dba login createrole password 'dba';
  grant pg_monitor, pg_signal_backend, shop_owner, sales_owner to dba with admin option;
  alter schema public owner to dba; alter schema sales owner to dba;
`;
const IDS = [
  "--investigator-id",
  "11111111-1111-4111-8111-111111111111",
  "--executor-id",
  "22222222-2222-4222-8222-222222222222",
];

let server: PlainPostgres;
let url: string;
beforeAll(async () => {
  const newest = installations().at(-1);
  if (newest === undefined) throw new Error("there is no PostgreSQL on this machine");
  server = await startPlainPostgres(newest, {
    shared_preload_libraries: "pg_stat_statements",
    track_io_timing: "on",
  });
  await server.asSuperuser("postgres", (client) => client.query(SCHEMA));
  await server.asSuperuser("postgres", (client) => client.query("grant create on database postgres to dba"));
  url = server.url("dba", "dba", "postgres");
});
afterAll(() => server?.stop());
beforeEach(() => {
  process.env["PGMEDIC_INVESTIGATOR_PASSWORD"] = "look'1";
  process.env["PGMEDIC_EXECUTOR_PASSWORD"] = "act:2";
});

const asked = (...argv: string[]) =>
  readArguments({ schema: OnboardArguments, options: ONBOARD_OPTIONS }, ["--server", url, ...argv]);
function given(...argv: string[]): OnboardArguments {
  const read = asked(...argv);
  if (!read.ok) throw new Error(read.problem);
  return read.given;
}
const roles = async (): Promise<string[]> =>
  server.asSuperuser("postgres", async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select rolname as name from pg_roles where rolname ~ '^pgmedic' order by 1",
    );
    return rows.map(({ name }) => name);
  });

test("without --run the SQL is printed with the names put in, and nothing is changed", async () => {
  const { text, exitCode } = await onboard(
    given("--schema", "public", "--schema", "sales", "--executor", 'pgmedic "act"'),
  );
  expect(exitCode).toBe(0);
  expect(text).toContain(`set_config('pgmedic.schemas', 'public,sales', true)`);
  expect(text).toContain(`set_config('pgmedic.executor', 'pgmedic "act"', true)`);
  expect(text).toContain("'look''1'");
  expect(text).not.toMatch(/:'\w+'|:"\w+"|^\\/m);
  // The text is that of the scripts, which exists once.
  const [lines] =
    readFileSync(resolve(import.meta.dirname, "../../../infra/sql/grants.sql"), "utf8").match(/declare[^]*end\n/) ?? [];
  expect(text).toContain(lines);
  expect(await roles()).toEqual([]);
});

test("with --entra the roles are made by object id in the database postgres, and no password is in the text", async () => {
  const { text } = await onboard({ ...given("--entra", ...IDS), server: url.replace(/postgres$/, "shop") });
  expect(text).toMatch(
    /In the database postgres:[^]*pgaadauth_create_principal_with_oid\('pgmedic_investigator', '11111111-/,
  );
  expect(text).toMatch(/In the database shop:[^]*pgmedic\.schemas/);
  expect(text).not.toContain("look''1");
});

test.each([
  [["--entra"], /--investigator-id and --executor-id/],
  [["--investigator", "same", "--executor", "same"], /two roles/],
  [["--server", "mysql://x"], /postgres:\/\//],
])("%j is refused with what to give", (argv, problem) => {
  expect(asked(...argv)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
});

test("with --run owners that were not named are refused, and nothing is changed", async () => {
  const refused = await onboard(given("--schema", "public", "--schema", "sales", "--owner", "shop_owner", "--run"));
  expect(refused).toMatchObject({ exitCode: 2, text: expect.stringMatching(/belong to sales_owner too/) });
  expect(await roles()).toEqual([]);
});

test("with --run tables of an administrator are refused with the SQL that mends it, and nothing is changed", async () => {
  const dba = new pg.Client({ connectionString: url });
  await dba.connect();
  try {
    await dba.query("create schema own; create table own.notes (id bigint)");
    const refused = await onboard(given("--schema", "own", "--run"));
    expect(refused).toMatchObject({ exitCode: 2, text: expect.stringMatching(/belong to dba, and who may act for/) });
    expect(await roles()).toEqual([]);
    await dba.query(refused.text.slice(refused.text.indexOf("\n")));
    expect(await onboard(given("--schema", "own", "--run"))).toMatchObject({ exitCode: 0 });
  } finally {
    await dba.query("drop schema own cascade");
    await dba.end();
  }
});

test("with --run the hint of the server is passed on where a right is missing", async () => {
  await server.asSuperuser("postgres", (client) =>
    client.query(
      "create schema lone; create role lone nologin; create table lone.notes (id int); alter table lone.notes owner to lone",
    ),
  );
  await expect(onboard(given("--schema", "lone", "--run"))).rejects.toThrow(/grant lone to dba with admin option;$/);
});

test("with --run both roles can do what PgMedic needs, by its own check", async () => {
  const done = await onboard(given("--schema", "public", "--owner", "shop_owner", "--run"));
  expect(done.text).not.toMatch(/^missing/m);
  expect(done).toMatchObject({ exitCode: 0 });
  expect(done.text).toMatch(/^done {4}roles in postgres$[^]*^done {4}grants in postgres$[^]*^ok /m);
  expect(done.text).not.toContain("look'1");
  const executor = new pg.Client({ connectionString: server.url("pgmedic_executor", "act:2", "postgres") });
  await executor.connect();
  try {
    await executor.query("set role shop_owner");
    await executor.query("create index concurrently idx_orders_customer_id on public.orders (customer_id)");
    await expect(executor.query("set role sales_owner")).rejects.toThrow(/permission denied/);
  } finally {
    await executor.end();
  }
});

test("it may be run again, with passwords that are made up and shown", async () => {
  delete process.env["PGMEDIC_INVESTIGATOR_PASSWORD"];
  delete process.env["PGMEDIC_EXECUTOR_PASSWORD"];
  const again = await onboard(given("--schema", "public", "--run"));
  expect(again.exitCode).toBe(0);
  const password = /password of the investigator, shown once: (\S{32})/.exec(again.text)?.[1];
  const investigator = new pg.Client({
    connectionString: server.url("pgmedic_investigator", password ?? "", "postgres"),
  });
  await investigator.connect();
  await investigator.end();
});
