import { afterAll, beforeAll, expect, test } from "vitest";
import { FUNCTIONS } from "../../../shared/advisor/select-guard/allowed-functions.ts";
import { OPERATORS, TYPES } from "../../../shared/advisor/select-guard/allowed-nodes.ts";
import { guardSelect } from "../../../shared/advisor/select-guard/select-guard.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";
import { HARMLESS } from "../../unit/guard/corpus.ts";
import { SHOP } from "../../unit/guard/shop.ts";
import { generated, mutated } from "./generate.ts";
import { randomFrom } from "./random.ts";
import { type WatchedServer, watchServer } from "./watched-server.ts";

const STATEMENTS = 100_000;
const BATCH = 500;

let cluster: Cluster;
let server: WatchedServer;
let unguarded: WatchedServer;
beforeAll(async () => {
  // What the server does by itself would look like an effect.
  cluster = await startCluster({ autovacuum: "off", max_connections: "10" });
  server = await watchServer(cluster);
  unguarded = await watchServer(cluster);
});
afterAll(async () => {
  await server?.stop();
  await unguarded?.stop();
  await cluster?.stop();
});

test.each([
  ["select nextval('shop.s')", "the sequence changed"],
  ["select pg_advisory_lock(1)", "a lock: advisory ExclusiveLock"],
  ["select pg_advisory_unlock_all(), pg_advisory_xact_lock(1)", "a lock: advisory ExclusiveLock"],
  ["select g.pg_advisory_xact_lock from generate_series(1::bigint, 2) g", "a lock: advisory ExclusiveLock"],
  ["select pg_advisory_unlock_all(), txid_current()", "a transaction id was assigned"],
  ["select set_config('work_mem', '1MB', false)", "settings changed"],
  ["select * from orders for update", "a lock: relation RowShareLock"],
  ["select o.wipe from orders o where o.id = 1", "rows changed"],
  ["select * from v_evil", "the sequence changed"],
  ["create table x (a int)", "pg_class changed"],
  ["create temp table y (a int)", "a temporary schema"],
  ["select lo_create(0)", "pg_largeobject_metadata changed"],
  ["copy (select 1) to program 'touch pwned'", "files changed"],
  ["listen x", "what it listens to changed"],
  ["declare c cursor with hold for select 1", "a cursor was left open"],
  ["prepare p as select 1", "slots, prepared transactions or statements changed"],
  ["select pg_stat_reset()", "the moment of the last statistics reset changed"],
  [
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'canary'",
    "another session changed",
  ],
])("the guard stops %s, and the watch would notice it", async (sql, effect) => {
  expect(await guardSelect(sql, SHOP)).toMatchObject({ allowed: false });
  const { effects } = await unguarded.effectsOf([sql], true);
  expect(effects).toContain(effect);
});

test("every allowed function, operator and type is PostgreSQL's own, and no such function is volatile", async () => {
  const { names, operators, types } = await server.builtIns();
  expect([...FUNCTIONS].filter((name) => !names.has(name))).toEqual([]);
  expect([...OPERATORS].filter((name) => !operators.has(name))).toEqual([]);
  expect([...TYPES].filter((name) => !types.has(name))).toEqual([]);
});

test("every harmless statement of the corpus runs", async () => {
  const { effects, failed } = await server.effectsOf(
    HARMLESS.map((sql) => sql.replaceAll(/\$\d+/g, "null")),
    true,
  );
  expect(effects).toEqual([]);
  expect(failed).toEqual([]);
});

test("whatever the guard lets through of 100,000 statements has no effect on a server where nothing else stops it", async () => {
  const random = randomFrom(20_261_120);
  const seen = new Set<string>();
  let batch: string[] = [];
  let failed = 0;
  const run = async (catalogs: boolean) => {
    const done = await server.effectsOf(batch, catalogs);
    failed += done.failed.length;
    expect(done.effects, batch.join("\n;\n")).toEqual([]);
    batch = [];
  };
  let allowed = 0;
  for (let count = 0; count < STATEMENTS; count += 1) {
    const sql = random.chance(0.6) ? generated(random, server.functions) : mutated(random);
    const verdict = await guardSelect(sql, SHOP);
    if (!verdict.allowed) continue;
    allowed += 1;
    if (seen.has(sql)) continue;
    seen.add(sql);
    batch.push(sql);
    if (batch.length === BATCH) await run(seen.size % (20 * BATCH) === 0);
  }
  await run(true);
  console.log(
    `${STATEMENTS} statements: ${allowed} allowed, ${seen.size} different ones executed, ${failed} of them ended in an error of their own`,
  );
  expect(seen.size).toBeGreaterThan(STATEMENTS / 4);
  expect(failed).toBeLessThan(seen.size / 2);
});
