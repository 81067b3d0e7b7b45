import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Load, startLoad } from "../../../infra/local/demo/load.ts";
import { readLocalSettings } from "../../../infra/local/settings.ts";
import { AlertAnswer, type IncidentDetail } from "../../../shared/contracts/api.ts";
import { type CheckItem, ServerCheck } from "../../../shared/contracts/server.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, startCloud, untilState } from "../../support/cloud.ts";
import { installations, type PlainPostgres, startPlainPostgres } from "../../support/plain-postgres.ts";

// The oldest PostgreSQL of this machine: the embedded one is what all other tests use.
const [installation] = installations();
if (installation === undefined) throw new Error("there is no PostgreSQL on this machine");

const PASSWORD = "Tr0ub4dor&3";
const LIBRARY = `
create role librarian nologin;
create role reader_app login password 'app';
create role watcher login password '${PASSWORD}';
create database library;`;
// A schema that is its owner's, and one that is not: since PostgreSQL 15 nobody else may create in public.
const TABLES = `
create table loans as select n as id, 1 + (hashint8(n) & 2147483647) % 30000 as member_id, date '2020-01-01' + (n % 2000)::int as due, repeat('.', 60) as note
from generate_series(1::bigint, 400000) n;
alter table loans add primary key (id);
alter table loans owner to librarian;
create schema archive;
create table archive.old_loans (id int);
grant select on loans to reader_app;
analyze;`;

let server: PlainPostgres;
let cloud: Cloud;
let load: Load | undefined;
let start: string;
let alerts = 0;

beforeAll(async () => {
  server = await startPlainPostgres(installation);
  await server.script("postgres", LIBRARY);
  await server.script("library", TABLES);
  start = await schemaOf();
  process.env["PGMEDIC_VERIFY_SECONDS"] = "5";
  cloud = await startCloud({ PGMEDIC_OWN_SERVER_URL: server.url("watcher", PASSWORD, "library") });
});
afterAll(async () => {
  await load?.stop();
  await cloud.stop();
  await server.stop();
});

/** Everything that PgMedic could change: relations, columns, indexes, rights, roles, memberships, extensions, functions, settings. */
async function schemaOf(): Promise<string> {
  const parts = [
    `select oid, relname, relkind::text, relowner, relacl::text, reloptions::text, reltablespace from pg_class where oid >= 16384
      and relnamespace <> 'pg_toast'::regnamespace order by oid`,
    "select attrelid, attname, atttypid, attnotnull, attacl::text, attstattarget from pg_attribute where attrelid >= 16384 and attnum > 0 order by 1, attnum",
    "select indexrelid, pg_get_indexdef(indexrelid), indisvalid, indisready from pg_index where indexrelid >= 16384 order by 1",
    "select nspname, nspowner, nspacl::text from pg_namespace where nspname !~ '^pg_(toast_)?temp' order by 1",
    "select rolname, rolsuper, rolcanlogin, rolconfig::text from pg_roles order by 1",
    "select roleid, member from pg_auth_members order by 1, 2",
    "select extname, extversion from pg_extension order by 1",
    "select oid, proname, proacl::text from pg_proc where oid >= 16384 order by 1",
    "select name, setting from pg_settings where source not in ('client', 'session') order by 1",
    "select setdatabase, setrole, setconfig::text from pg_db_role_setting order by 1, 2",
  ];
  return server.asSuperuser("library", async (client) => {
    const rows: unknown[] = [];
    for (const part of parts) rows.push((await client.query(part)).rows);
    return JSON.stringify(rows, null, 1);
  });
}

const check = async (): Promise<ServerCheck> => ServerCheck.parse((await cloud.call("POST", "servers/own/check")).body);
const missingOf = ({ items }: ServerCheck): string[] => items.filter(({ holds }) => !holds).map(({ id }) => id);
const remedies = (items: readonly CheckItem[]): string =>
  items.flatMap(({ remedySql }) => (remedySql === null ? [] : [remedySql])).join("\n");

async function alertUnderLoad(): Promise<IncidentDetail> {
  const work = {
    text: "select id, due from loans where member_id = $1",
    parameter: () => 1 + Math.floor(Math.random() * 30_000),
  };
  load ??= startLoad(server.url("reader_app", "app", "library"), work, { clients: 3, paceMs: 20 });
  await sleep(3_000);
  alerts += 1;
  const answer = await cloud.postAlert(anAlert({ alertId: `own-${alerts}`, target: cloud.resourceId }));
  const { incidentId } = AlertAnswer.parse(answer.body);
  if (incidentId === null) throw new Error(`the alert opened nothing: ${JSON.stringify(answer.body)}`);
  return untilState(cloud, incidentId, ["awaitingApproval", "resolved", "dismissed", "handedOff", "failed"]);
}

describe(`with ${installation.name} as the server of one's own`, () => {
  test("the start says what is missing, with the SQL that mends it, and changes nothing", async () => {
    const said = cloud.lines.join("\n");
    expect(said).toContain(`your server  is PostgreSQL ${installation.version}.`);
    expect(said).toContain("alter system set shared_preload_libraries = 'pg_stat_statements';");
    expect(said).toContain("create extension pg_stat_statements;");
    expect(said).toContain("grant pg_monitor to watcher;");
    expect(said).toContain("grant select on all tables in schema public to watcher;");
    expect(said).toContain("grant librarian to watcher");
    expect(await schemaOf()).toBe(start);
  });

  test("an alert that cannot be looked into ends with a person, never with nothing is wrong, and nothing is changed", async () => {
    const incident = await alertUnderLoad();
    expect(incident.proposal).toBeNull();
    expect(incident.diagnosis).toMatchObject({
      verdict: "unexplained",
      summary: "PgMedic cannot see what the server spends its time on: pg_stat_statements is not there for its role.",
    });
    expect(incident.resolution?.path).toBe("handedOff");
    expect(await schemaOf()).toBe(start);
    await load?.stop();
    load = undefined;
  });

  test("the SQL of the check makes the check green", async () => {
    const first = await check();
    const watched = first.items.find(({ id }) => id === "watched-tables");
    expect(watched?.observed).toBe("1 table in public; not watched: archive");
    const expected = [
      "pg-stat-statements",
      "track-io-timing",
      "investigator-monitors",
      "investigator-reads",
      "executor-owners",
    ];
    expect(missingOf(first).filter((id) => id !== "owners-create")).toEqual(expected);
    await server.script("library", remedies(first.items));
    await server.restart();
    const second = await check();
    expect(missingOf(second), JSON.stringify(second.items, null, 1)).toEqual([]);
    expect(second).toMatchObject({ reachable: true });
  });

  test("a missing index is found and proposed, nothing is changed until a person agrees, then it is built and proven", async () => {
    const before = await schemaOf();
    const incident = await alertUnderLoad();
    expect(incident.state, JSON.stringify(incident.diagnosis, null, 1)).toBe("awaitingApproval");
    expect(incident.proposal?.statement).toBe(
      "CREATE INDEX CONCURRENTLY idx_loans_member_id ON public.loans(member_id)",
    );
    await sleep(2_000);
    expect(await schemaOf()).toBe(before);

    const { proposalId, hash: proposalHash } = incident.proposal ?? {};
    const body = { proposalId, proposalHash, verdict: "approve" };
    expect((await cloud.call("POST", `incidents/${incident.incidentId}/decision`, { body })).status).toBe(200);
    const closed = await untilState(cloud, incident.incidentId, ["resolved", "failed", "rolledBack", "handedOff"]);
    expect(closed.state, JSON.stringify(closed.timeline, null, 1)).toBe("resolved");
    expect(closed.verification).toMatchObject({ verdict: "improved" });
    const rows = await server.asSuperuser("library", async (client) => {
      const text =
        "select pg_get_userbyid(relowner) as owner, indisvalid as valid from pg_class join pg_index on indexrelid = pg_class.oid where relname = 'idx_loans_member_id'";
      return (await client.query(text)).rows as unknown[];
    });
    expect(rows).toEqual([{ owner: "librarian", valid: true }]);
  });

  test("the password of the URL is in no answer, no log and no file", async () => {
    const paths = ["servers", "servers/own", "incidents", "timeline", "health"];
    for (const { incidentId } of await cloud.incidents())
      paths.push(`incidents/${incidentId}`, `incidents/${incidentId}/audit`);
    const answers = await Promise.all(paths.map((path) => cloud.call("GET", path)));
    const written = filesBelow(cloud.settings.PGMEDIC_STATE).filter(({ bytes }) => bytes.includes(PASSWORD));
    expect(written.map(({ path }) => path)).toEqual([]);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) {
      expect(JSON.stringify(answers.map(({ body }) => body))).not.toContain(secret);
      expect(cloud.lines.join("\n")).not.toContain(secret);
    }
  });
});

describe("a server of one's own", () => {
  const startWith = async (url: string): Promise<{ said: string; answer: ServerCheck }> => {
    const other = await startCloud({ PGMEDIC_OWN_SERVER_URL: url });
    try {
      return {
        said: other.lines.join("\n"),
        answer: ServerCheck.parse((await other.call("POST", "servers/own/check")).body),
      };
    } finally {
      await other.stop();
    }
  };

  test("that refuses the password is named as such, and PgMedic starts all the same", async () => {
    const { said, answer } = await startWith(server.url("watcher", "wrong-secret", "library"));
    expect(said).toContain('your server  cannot be reached: password authentication failed for user "watcher"');
    expect(answer).toMatchObject({ reachable: false, version: null });
    expect(said + JSON.stringify(answer)).not.toContain("wrong-secret");
  });

  test("that does not answer is named as such, under every address of its name", async () => {
    const { said } = await startWith("postgres://watcher:wrong-secret@localhost:1/library");
    expect(said).toMatch(/your server {2}cannot be reached: connect ECONNREFUSED .*:1/);
    expect(said).not.toContain("wrong-secret");
  });

  test.each([
    "mysql://watcher:wrong-secret@host/library",
    "postgres://watcher:wrong-secret/library",
    "postgres://watcher:wrong-secret#1@host/library",
    "postgres://watcher:wrong-secret@1@host/library",
    "postgres://watcher:wrong-secret/1@host/library",
    "postgres://watcher:wrong-secret@host:99999/library",
    "not a URL with wrong-secret",
  ])("at the wrong URL %s is refused without repeating it", (url) => {
    for (const flags of [["--server", url], [url]]) {
      const settled = readLocalSettings(flags, {});
      expect(settled).toMatchObject({ ok: false });
      if (!settled.ok && flags.length === 2) {
        expect(settled.problem).toContain("must be a URL such as postgres://user:password@host:5432/database");
        expect(settled.problem).not.toContain("wrong-secret");
      }
    }
  });
});

/** The bytes of every file below a folder; one that goes away meanwhile is nobody's secret any more. */
function filesBelow(folder: string): { path: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const path = join(folder, name);
    try {
      return statSync(path).isFile() ? [{ path, bytes: readFileSync(path) }] : [];
    } catch {
      return [];
    }
  });
}
