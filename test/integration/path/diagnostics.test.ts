import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresOf, type Session } from "../../../shared/adapters/postgres.ts";
import { activity } from "../../../shared/catalogue/diagnostics/activity.ts";
import { columnStatistics } from "../../../shared/catalogue/diagnostics/column-statistics.ts";
import { columns } from "../../../shared/catalogue/diagnostics/columns.ts";
import { enumLabels } from "../../../shared/catalogue/diagnostics/enum-labels.ts";
import { indexBuilds } from "../../../shared/catalogue/diagnostics/index-builds.ts";
import { indexCounters } from "../../../shared/catalogue/diagnostics/index-counters.ts";
import { indexes } from "../../../shared/catalogue/diagnostics/indexes.ts";
import { plannerSettings } from "../../../shared/catalogue/diagnostics/planner-settings.ts";
import { preloaded } from "../../../shared/catalogue/diagnostics/preloaded.ts";
import { privileges } from "../../../shared/catalogue/diagnostics/privileges.ts";
import { serverFacts } from "../../../shared/catalogue/diagnostics/server-facts.ts";
import { statementCounters } from "../../../shared/catalogue/diagnostics/statement-counters.ts";
import { statementTexts } from "../../../shared/catalogue/diagnostics/statement-texts.ts";
import { statisticsEpoch } from "../../../shared/catalogue/diagnostics/statistics-epoch.ts";
import { tableCounters } from "../../../shared/catalogue/diagnostics/table-counters.ts";
import { tables } from "../../../shared/catalogue/diagnostics/tables.ts";
import type { Server } from "../../../shared/contracts/server.ts";
import { one, readServerFacts, takeSnapshot } from "../../../shared/investigation/take-snapshot.ts";
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
  insert into "Odd name"."T ""x""" select n, 'a' || n || '@b', 'glad', '{}', '[1,2)', '{}', n from generate_series(1, 500) n;
  analyze`;
const SCHEMAS = ["Odd name", "public", "not there"];
const NAMES = ['T "x"', "parts", "part_1", "sums", "empty"];

/** Every diagnostic statement once; answers the rows of each, parsed. */
async function runAll(session: Session) {
  const facts = await one(session.query(serverFacts));
  const { statements_schema: schema, statements_version: version } = facts;
  if (schema === null || version === null) throw new Error("pg_stat_statements is not there");
  const found = await session.query(tables, [SCHEMAS, NAMES]);
  const oids = found.map(({ oid }) => oid);
  const counters = await session.query(statementCounters(schema, version), [500]);
  const keys = counters.map(({ key }) => key);
  return {
    "server-facts": [facts],
    tables: found,
    columns: await session.query(columns, [oids]),
    indexes: await session.query(indexes, [oids]),
    "enum-labels": await session.query(enumLabels, [oids]),
    "column-statistics": await session.query(columnStatistics, [SCHEMAS, NAMES]),
    "planner-settings": await session.query(plannerSettings),
    activity: await session.query(activity),
    "index-builds": await session.query(indexBuilds),
    preloaded: await session.query(preloaded),
    privileges: await session.query(privileges, [SCHEMAS]),
    "statistics-epoch": await session.query(statisticsEpoch(schema, version)),
    "statement-counters": counters,
    "statement-texts": await session.query(statementTexts(schema), [keys]),
    "table-counters": await session.query(tableCounters, [SCHEMAS]),
    "index-counters": await session.query(indexCounters, [SCHEMAS]),
  };
}

const serverAt = (database: string): Server => ({
  serverId: "any",
  displayName: "any",
  resourceId: "/any",
  environment: "development",
  tier: "standard",
  enabled: true,
  vCores: 1,
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
    const files = readdirSync("shared/catalogue/diagnostics").map((name) => name.replace(/\.ts$/, ""));
    expect(Object.keys(rows).toSorted()).toEqual(files.toSorted());
    const mayBeEmpty = new Set(["index-builds", ...(who === "the superuser" ? [] : ["column-statistics"])]);
    for (const [name, found] of Object.entries(rows)) if (!mayBeEmpty.has(name)) expect(found, name).not.toEqual([]);
    expect(rows.tables.map(({ kind }) => kind).toSorted()).toEqual(["m", "p", "r", "r", "r"]);
    expect(rows["server-facts"][0]?.version).toBeGreaterThanOrEqual(installation.version * 10_000);
  });

  test("what the statements say of odd things is right", async () => {
    const rows = await as("the superuser", runAll);
    expect(rows["enum-labels"]).toEqual([{ type: "public.mood", labels: ["sad", "it's fine", "glad"] }]);
    expect(rows.columns.find(({ column }) => column === "mail")).toMatchObject({
      type_kind: "d",
      base_type: "text",
      has_btree: true,
    });
    expect(rows.columns.find(({ column }) => column === "doc")).toMatchObject({ base_type: "jsonb" });
    const partial = rows.indexes.find(({ predicate }) => predicate !== null);
    expect(partial?.key_columns).toEqual([null, "feeling"]);
    expect(rows.indexes.find(({ is_unique, is_constraint }) => is_unique && !is_constraint)?.key_columns).toEqual([
      "code",
    ]);
    expect(rows["statement-texts"].some(({ query }) => query.includes('"Odd name".parts'))).toBe(true);
    expect(rows["statement-counters"].every(({ key }) => /^\d+\/-?\d+$/.test(key))).toBe(true);
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
