import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresOf, type Session } from "../../../shared/adapters/postgres.ts";
import { serverFacts } from "../../../shared/catalogue/diagnostics/server-facts.ts";
import type { Statement } from "../../../shared/contracts/statement.ts";
import type { Server } from "../../../shared/contracts/server.ts";
import { readServerFacts, takeSnapshot } from "../../../shared/investigation/take-snapshot.ts";
import { installations, type PlainPostgres, startPlainPostgres } from "../../support/plain-postgres.ts";

// One of each thing that the statements must be able to describe.
const SCHEMA = `
  create schema "Odd name";
  create type mood as enum ('sad', 'it''s fine', 'glad');
  create domain email as text check (value like '%@%');
  create table "Odd name"."T ""x""" (
    "Id" bigint primary key, mail email, feeling mood not null, tags text[], span int4range, doc jsonb, code char(3) collate "C");
  create index on "Odd name"."T ""x""" (lower(mail::text), feeling desc) where feeling = 'glad';
  create index on "Odd name"."T ""x""" using gin (doc);
  create unique index on "Odd name"."T ""x""" (code) include (feeling);
  create table "Odd name".parts (at date not null, n int) partition by range (at);
  create table "Odd name".part_1 partition of "Odd name".parts for values from ('2026-01-01') to ('2027-01-01');
  create index on "Odd name".parts (n);
  create materialized view "Odd name".sums as select 1 as one;
  create table "Odd name".empty ();
  create sequence "Odd name".nearly as integer;
  select setval('"Odd name".nearly', 2000000000);
  insert into "Odd name"."T ""x""" select n, 'a' || n || '@b', 'glad', '{}', '[1,2)', '{}', n from generate_series(1, 500) n;
  analyze`;
const SCHEMAS = ["Odd name", "public", "not there"];
const NAMES = ['T "x"', "parts", "part_1", "sums", "empty"];

const FOLDER = "shared/catalogue/diagnostics";
type Facts = { schema: string; extension: number; version: number; oids: number[]; keys: string[] };

/** How each diagnostic that is made for a server is made, and the values of each that takes some. */
const MADE: Record<string, (make: (...given: never[]) => unknown, facts: Facts) => unknown> = {
  "statement-counters": (make, { schema, extension }) => make(schema as never, extension as never),
  "statement-texts": (make, { schema }) => make(schema as never),
  "statistics-epoch": (make, { schema, extension }) => make(schema as never, extension as never),
  "database-counters": (make, { version }) => make(version as never),
  "column-sample": (make) =>
    make({ schema: "Odd name", table: 'T "x"' } as never, ["Id", "feeling"] as never, 100 as never),
};
const VALUES: Record<string, (facts: Facts) => unknown[]> = {
  tables: () => [SCHEMAS, NAMES],
  "column-statistics": () => [SCHEMAS, NAMES],
  "statement-counters": () => [500],
  "statement-texts": ({ keys }) => [keys],
  "table-upkeep": () => ["Odd name", 'T "x"'],
  "one-session": () => [1, "2026-11-20T10:00:00.000Z"],
  "own-sessions": () => ["pgmedic/none"],
  "role-facts": () => ["watcher"],
  "extension-rights": () => ["pg_trgm", "watcher"],
  "setting-value": () => ["work_mem"],
  "planner-extensions": () => [["pg_trgm", "plpgsql"]],
  "planner-functions": () => [SCHEMAS, ["twice"]],
  "planner-views": () => [SCHEMAS, NAMES],
};
const OF_SCHEMAS = new Set([
  "table-counters",
  "index-counters",
  "table-health",
  "index-health",
  "sequences",
  "foreign-keys",
  "partitions",
  "privileges",
]);

async function statementIn(file: string, facts: Facts): Promise<{ statement: Statement<unknown>; values: unknown[] }> {
  const module: Record<string, unknown> = await import(/* @vite-ignore */ `${process.cwd()}/${FOLDER}/${file}.ts`);
  const make = MADE[file];
  const made = Object.values(module).find((value) =>
    make === undefined ? typeof value === "object" && value !== null && "text" in value : typeof value === "function",
  );
  if (made === undefined) throw new Error(`${file} has no statement`);
  const statement = (make === undefined ? made : make(made as never, facts)) as Statement<unknown>;
  const takesOids = /any\(\$1::int8/.test(statement.text);
  const values = VALUES[file]?.(facts) ?? (OF_SCHEMAS.has(file) ? [SCHEMAS] : takesOids ? [facts.oids] : []);
  return { statement, values };
}

/** Every diagnostic statement once; answers the rows of each, parsed. */
async function runAll(session: Session): Promise<Record<string, Record<string, unknown>[]>> {
  const [known] = await session.query(serverFacts);
  if (known?.statements_schema == null || known.statements_version === null)
    throw new Error("pg_stat_statements is not there");
  const facts: Facts = {
    schema: known.statements_schema,
    extension: known.statements_version,
    version: known.version,
    oids: [],
    keys: [],
  };
  const rows: Record<string, Record<string, unknown>[]> = {};
  const files = readdirSync(FOLDER).map((name) => name.replace(/\.ts$/, ""));
  const first = ["tables", "statement-counters"];
  for (const file of [...first, ...files.filter((name) => !first.includes(name))]) {
    const { statement, values } = await statementIn(file, facts);
    // The one that reads a table itself needs the right to read it, which pg_monitor is not.
    const refused = (error: Error & { code?: string }) =>
      file === "column-sample" && error.code === "42501" ? [] : null;
    const found = await session.query(statement, values).catch((error: Error & { code?: string }) => {
      const rest = refused(error);
      if (rest === null) throw new Error(`${file}: ${error.message}`);
      return rest;
    });
    rows[file] = found as Record<string, unknown>[];
    if (file === "tables") facts.oids = rows[file].map(({ oid }) => Number(oid));
    if (file === "statement-counters") facts.keys = rows[file].map(({ key }) => String(key));
  }
  return rows;
}

const serverAt = (database: string): Server => ({
  serverId: "any",
  displayName: "any",
  resourceId: "/any",
  environment: "development",
  tier: "standard",
  enabled: true,
  vCores: 1,
  mayScale: false,
  detection: true,
  schemas: SCHEMAS,
  connection: { kind: "url", urlSetting: database },
  registeredAt: "2026-11-20T10:00:00.000Z",
});

describe.each(installations())("on $name", (installation) => {
  let server: PlainPostgres;
  beforeAll(async () => {
    server = await startPlainPostgres(installation, { shared_preload_libraries: "pg_stat_statements" });
    await server.script(
      "postgres",
      "create database things;\ncreate role watcher login password 'w';\ngrant pg_monitor to watcher;",
    );
    await server.asSuperuser("things", async (client) => {
      await client.query(SCHEMA);
      await client.query("create schema tools");
      await client.query("grant usage on schema tools to public");
      await client.query("create extension pg_stat_statements schema tools");
      await client.query('select count(*) from "Odd name".parts');
    });
  });
  afterAll(() => server.stop());

  const urls: Record<string, () => string> = {
    "the superuser": () => server.url("postgres", "test", "things"),
    "a role that has pg_monitor alone": () => server.url("watcher", "w", "things"),
  };
  const as = <T>(who: string, work: (session: Session) => Promise<T>) =>
    postgresOf(() => urls[who]?.() ?? "").asInvestigator(
      { server: serverAt(who), applicationName: "pgmedic/test" },
      work,
    );

  test.each(Object.keys(urls))("every diagnostic statement runs as %s and its rows fit their schema", async (who) => {
    const rows = await as(who, runAll);
    for (const name of ["tables", "columns", "indexes", "table-health", "index-health", "partitions"])
      expect(rows[name], name).not.toEqual([]);
    for (const name of ["server-settings", "database-facts", "role-facts", "table-upkeep", "privileges"])
      expect(rows[name], name).not.toEqual([]);
    expect(rows["tables"]?.map(({ kind }) => kind).toSorted()).toEqual(["m", "p", "r", "r", "r"]);
    expect(rows["server-facts"]?.[0]?.["version"]).toBeGreaterThanOrEqual(installation.version * 10_000);
  });

  test("what the statements say of odd things is right", async () => {
    const rows = await as("the superuser", runAll);
    expect(rows["enum-labels"]).toEqual([{ type: "public.mood", labels: ["sad", "it's fine", "glad"] }]);
    expect(rows["columns"]?.find(({ column }) => column === "mail")).toMatchObject({
      type_kind: "d",
      base_type: "text",
      has_btree: true,
    });
    expect(rows["columns"]?.find(({ column }) => column === "doc")).toMatchObject({ base_type: "jsonb" });
    const partial = rows["indexes"]?.find(({ predicate }) => predicate !== null);
    expect(partial?.["key_columns"]).toEqual([null, "feeling"]);
    expect(rows["indexes"]?.find(({ is_unique, is_constraint }) => is_unique && !is_constraint)).toMatchObject({
      key_columns: ["code"],
    });
    expect(rows["statement-texts"]?.some(({ query }) => String(query).includes('"Odd name".parts'))).toBe(true);
    expect(rows["statement-counters"]?.every(({ key }) => /^\d+\/-?\d+$/.test(String(key)))).toBe(true);
    expect(rows["partitions"]).toMatchObject([{ parent: "parts", strategy: "r", ends_soon: false }]);
    expect(rows["sequences"]).toMatchObject([{ sequence: "nearly", last_value: 2_000_000_000 }]);
    expect(rows["column-sample"]).toMatchObject([{ rows: 500, first: 500, second: 1, together: 500 }]);
    expect(rows["table-health"]?.find(({ table }) => table === 'T "x"')).toMatchObject({
      live_rows: 500,
      dead_rows: 0,
    });
  });

  test("a snapshot is taken, and one more without pg_stat_statements", async () => {
    const read = (session: Session) =>
      readServerFacts(session).then((facts) => takeSnapshot(session, serverAt("x"), facts));
    expect((await as("the superuser", read)).statements.length).toBeGreaterThan(0);
    await server.script("things", "drop extension pg_stat_statements");
    const without = await as("a role that has pg_monitor alone", read);
    expect(without.statements).toEqual([]);
    expect(without.tables.length).toBeGreaterThan(0);
    await server.script("things", "create extension pg_stat_statements schema tools");
  });

  test("an extension that was never updated is read with what it has", async () => {
    await server.script(
      "things",
      "drop extension pg_stat_statements;\ncreate extension pg_stat_statements version '1.8';",
    );
    const facts = await as("the superuser", (session) => readServerFacts(session));
    expect(facts.statements_version).toBe(108);
    const rows = await as("the superuser", runAll);
    expect(rows["statement-counters"]).not.toEqual([]);
    await server.script(
      "things",
      "drop extension pg_stat_statements;\ncreate extension pg_stat_statements schema tools;",
    );
  });

  test("an extension in a schema that the role may not use is as good as none", async () => {
    await server.script("things", "revoke usage on schema tools from public");
    const facts = (who: string) => as(who, (session) => readServerFacts(session));
    expect(await facts("the superuser")).toMatchObject({ statements_schema: "tools" });
    expect(await facts("a role that has pg_monitor alone")).toMatchObject({ statements_schema: null });
    await server.script("things", "grant usage on schema tools to public");
  });

  test("an extension that its server does not load is as good as none", async () => {
    await server.script("postgres", "alter system set shared_preload_libraries = 'auto_explain'");
    await server.restart();
    expect(await as("the superuser", (session) => readServerFacts(session))).toMatchObject({ statements_schema: null });
    await server.script("postgres", "alter system reset shared_preload_libraries");
    await server.restart();
    expect(await as("the superuser", (session) => readServerFacts(session))).toMatchObject({
      statements_schema: "tools",
    });
  });
});
