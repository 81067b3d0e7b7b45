import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverOf } from "../../../functions/cli/outcome.ts";
import { postgresOf } from "../../../shared/adapters/postgres.ts";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import type { PlannerClone } from "../../../shared/advisor/clone-protocol.ts";
import { startPlannerClone } from "../../../shared/advisor/clone-thread.ts";
import { functionNames, tableNames } from "../../../shared/advisor/scans.ts";
import { parseSql } from "../../../shared/advisor/syntax.ts";
import { readCatalog } from "../../../shared/investigation/read-catalog.ts";
import { readServerFacts } from "../../../shared/investigation/take-snapshot.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
let cluster: Cluster;
let database: Awaited<ReturnType<Cluster["createDatabase"]>>;
let clone: PlannerClone;

const SCHEMA = `
  create extension citext;
  create extension pg_trgm;
  create type mood as enum ('calm', 'angry');
  create domain email as text check (value like '%@%');
  create table people (id int primary key, mail email not null, nick citext, mood mood, moods mood[], city text, zip text);
  insert into people select n, 'p' || n || '@x.org', 'Nick' || n, (array['calm', 'angry'])[1 + n % 2]::mood, array['calm']::mood[],
    'city' || n % 500, 'zip' || n % 500 from generate_series(1, 100000) n;
  create index people_lower on people (lower(mail));
  create index people_nick on people (nick);
  create index people_zip on people (zip) where mood = 'angry';
  create statistics people_places (dependencies, ndistinct) on city, zip from people;
  create table events (id bigint, at timestamptz not null, kind int, body jsonb) partition by range (at);
  create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
  create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');
  create table events_3 partition of events for values from ('2026-03-01') to ('2026-04-01');
  insert into events select n, timestamptz '2026-01-01' + n * interval '50 seconds', n % 900, jsonb_build_object('k', n % 100)
    from generate_series(1, 150000) n;
  create index events_kind on events (kind);
  create index events_body on events using gin (body jsonb_path_ops);
  create function risk(int) returns int language plpgsql immutable cost 500 as 'begin return $1 * 2; end';
  create view angry_people as select id, mail, city from people where mood = 'angry';
  create view angry_in_city as select city, count(*) as many from angry_people group by city;
  create table visits (person_id int references people (id), at timestamptz, note text);
  insert into visits select 1 + n % 99999, timestamptz '2026-01-01' + n * interval '1 second', repeat('v', 50) from generate_series(1, 200000) n`;

beforeAll(async () => {
  cluster = await startCluster({ jit: "off" });
  database = await cluster.createDatabase();
  for (const statement of [...SCHEMA.split(/;\s*\n/), "vacuum analyze"]) await database.query(statement);
  clone = startPlannerClone(join(folder.path, "clone"));
}, 120_000);
afterAll(async () => {
  await clone.close();
  await database.drop();
  await cluster.stop();
  folder.remove();
});

async function catalogFor(query: string): Promise<Catalog> {
  const parsed = await parseSql(query);
  const [syntax] = parsed.ok ? parsed.statements : [];
  if (syntax === undefined) throw new Error(`it does not parse: ${query}`);
  const server = serverOf({ schema: ["public"] });
  return postgresOf(() => database.url).asInvestigator({ server, applicationName: "test" }, async (session) => {
    const { version } = await readServerFacts(session);
    return readCatalog(session, {
      version,
      schemas: ["public"],
      tableNames: tableNames(syntax),
      functionNames: functionNames(syntax),
    });
  });
}

const planOf = async (query: string): Promise<string> => {
  const { rows } = await database.query<{ "QUERY PLAN": string }>(`explain (generic_plan) ${query}`);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
};
/** The plan without its estimates, and the estimates at its top. */
const stepsOf = (plan: string): string => plan.replaceAll(/\(cost=.*?\)/g, "");
const rowsOf = (plan: string): number => Number(/rows=(\d+)/.exec(plan)?.[1]);
const costOf = (plan: string): number => Number(/\.\.([\d.]+)/.exec(plan)?.[1]);

describe("the clone plans as the server does, estimates and all", () => {
  test.each([
    ["an index of an expression over a domain", "select * from people where lower(mail) = $1"],
    ["a type of an extension", "select * from people where nick = $1"],
    ["an enum, and a partial index on it", "select * from people where mood = 'angry' and zip = $1"],
    ["an array of an enum", "select count(*) from people where 'calm' = any(moods)"],
    ["columns whose dependency is known", "select * from people where city = 'city7' and zip = 'zip7'"],
    ["a group whose size is known", "select city, zip, count(*) from people group by city, zip"],
    ["a cast to a domain", "select * from people where mail = $1::email"],
    ["a view over a view", "select * from angry_in_city where city = $1"],
    ["one partition", "select count(*) from events where at >= '2026-02-03' and at < '2026-02-05'"],
    ["all partitions by their index", "select * from events where kind = $1"],
    ["documents", "select count(*) from events where body @> $1"],
    ["a user's function", "select count(*) from people where risk(id) = $1"],
    [
      "a group by a primary key",
      "select p.*, count(*) from people p join visits v on v.person_id = p.id group by p.id",
    ],
    ["a join", "select * from people p join visits v on v.person_id = p.id where p.city = $1"],
    ["an update", "update visits set note = $1 where person_id = $2"],
  ])("%s", async (_what, query) => {
    const { problems } = await clone.load(await catalogFor(query), []);
    expect(problems).toEqual([]);
    const planned = await clone.plan(query);
    const [own, real] = [planned.ok ? planned.text : planned.because, await planOf(query)];
    expect(stepsOf(own)).toBe(stepsOf(real));
    expect(Math.abs(rowsOf(own) - rowsOf(real))).toBeLessThanOrEqual(rowsOf(real) * 0.02);
    // What only the index's own pages tell (the extremes of a column, a GIN index's entries) makes a difference of a tenth of a percent.
    expect(Math.abs(costOf(own) / costOf(real) - 1)).toBeLessThan(0.005);
  });
});

test("a plan can be asked for without an index, and with other settings, and both are forgotten afterwards", async () => {
  const query = "select * from people where nick = $1";
  await clone.load(await catalogFor(query), []);
  const text = async (
    ...wish: Parameters<PlannerClone["plan"]> extends [string, unknown?, (infer W)?] ? [W?] : never
  ) => {
    const planned = await clone.plan(query, [], ...wish);
    return planned.ok ? planned.text : planned.because;
  };
  expect(await text()).toMatch(/people_nick/);
  expect(await text({ without: ["people_nick"] })).toMatch(/Seq Scan/);
  expect(await text({ settings: { enable_indexscan: "off", enable_bitmapscan: "off" } })).toMatch(/Seq Scan/);
  expect(await text()).toMatch(/people_nick/);
  expect(await text({ settings: { no_such_setting: "1" } })).toMatch(/no_such_setting/);
  expect(await text()).toMatch(/people_nick/);
});

test("a foreign key without an index is read with its child, though the workload names only the parent", async () => {
  const { foreignKeys, tables } = await catalogFor("delete from people where id = $1");
  expect(foreignKeys).toMatchObject([{ child_table: "visits", child_columns: ["person_id"], parent_columns: ["id"] }]);
  expect(tables.map(({ table }) => table)).toContain("visits");
});

test("what cannot be rebuilt is said, and the rest is planned", async () => {
  await database.query("create table odd (id int, place point, shape box, period int4range)");
  await database.query("create index odd_place on odd using gist (place)");
  const catalog = await catalogFor("select * from odd where id = $1");
  const broken = {
    ...catalog,
    functions: [
      {
        schema: "public",
        function: "lost",
        arguments: "no_such_type",
        result: "int",
        volatility: "i",
        is_strict: false,
        returns_set: false,
        cost: 1,
        rows: 0,
      },
    ],
  };
  const { problems } = await clone.load(broken, []);
  expect(problems).toEqual([expect.stringMatching(/function lost is left out: .*no_such_type/)]);
  expect((await clone.plan("select * from odd where id = $1")).ok).toBe(true);
});
