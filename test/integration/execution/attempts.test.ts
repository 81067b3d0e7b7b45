// What does not succeed is tried three times and told; then it ends, loudly, and the server is free.
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { acquireLock } from "../../../functions/activities/acquire-lock.ts";
import { close } from "../../../functions/activities/close.ts";
import { execute } from "../../../functions/activities/execute.ts";
import { rollBack } from "../../../functions/activities/roll-back.ts";
import type { TypedAction } from "../../../shared/contracts/actions.ts";
import { plainShape } from "../../../shared/contracts/index-shape.ts";
import type { Run } from "../../../shared/contracts/steps.ts";
import { DAY_MS, HOUR_MS, later, MINUTE_MS } from "../../../shared/core/time.ts";
import { eventually } from "../../support/cloud.ts";
import { anApprovedRun, aRunThatFound, startShop } from "../../support/steps.ts";

let shop: Awaited<ReturnType<typeof startShop>>;
let table = "";
let count = 0;
beforeAll(async () => {
  shop = await startShop();
  await shop.database.query(`create function change_freeze() returns event_trigger language plpgsql as
    $$ begin raise exception 'a change freeze is on' using errcode = 'P0001'; end $$`);
});
afterAll(() => shop.stopAll());
beforeEach(async () => {
  count += 1;
  table = `orders_${count}`;
  await shop.database.query(`create table ${table} as select i as id, i % 10 as city from generate_series(1, 100) i`);
});
afterEach(async () => {
  await shop.database.query("drop event trigger if exists change_freeze");
  await shop.setSwitch(false);
  await shop.freeServer();
});

const freeze = () =>
  shop.database.query(
    "create event trigger change_freeze on ddl_command_start when tag in ('DROP INDEX') execute function change_freeze()",
  );
const anIndex = (): TypedAction => ({
  kind: "create_index",
  parameters: { schema: "public", table, name: `idx_${table}`, ...plainShape([{ column: "id", direction: "asc" }]) },
});
const indexes = async () =>
  (
    await shop.database.query<{ name: string; valid: boolean }>(
      "select indexrelid::regclass::text as name, indisvalid as valid from pg_index where indrelid = $1::regclass",
      [table],
    )
  ).rows;
const told = async ({ incidentId }: Run): Promise<string[]> =>
  ((await shop.incidents.read(incidentId))?.timeline ?? []).map(({ text }) => text);

/** A run that built its index. */
async function anExecutedRun(): Promise<Run> {
  const run = await anApprovedRun(anIndex());
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  return run;
}

test("a roll-back that the server refuses is tried three times, told each time, and ends as failed", async () => {
  const run = await anExecutedRun();
  await freeze();
  const undo = () => rollBack({ ...run, because: "it is slower" });
  for (const _ of [1, 2])
    expect(await undo()).toMatchObject({ outcome: "waiting", because: "a change freeze is on", checkAgainMs: 15_000 });
  const failed = await undo();
  expect(failed).toEqual({ outcome: "failed", because: "a change freeze is on, in 3 attempts: undo it by hand" });
  await shop.database.query("drop event trigger change_freeze");
  expect(await undo(), "and nobody finds it gone later").toMatchObject({ outcome: "failed" });
  expect(await indexes()).toEqual([{ name: `idx_${table}`, valid: true }]);
  expect((await told(run)).filter((text) => text.startsWith("Attempt"))).toEqual(
    [1, 2, 3].map((number) => `Attempt ${number} of 3 to undo it failed: a change freeze is on`),
  );
  await close({ ...run, path: "failed", because: "It could not be undone." });
  expect(await shop.incidents.read(run.incidentId)).toMatchObject({ state: "failed", resolution: { path: "failed" } });
  expect(await shop.servers.lock("shop")).toBeNull();
});

test("a roll-back that is refused once is tried again, and done", async () => {
  const run = await anExecutedRun();
  await freeze();
  expect(await rollBack({ ...run, because: "it is slower" })).toMatchObject({ outcome: "waiting" });
  await shop.database.query("drop event trigger change_freeze");
  expect(await rollBack({ ...run, because: "it is slower" })).toEqual({ outcome: "done" });
  expect(await indexes()).toEqual([]);
});

test("nothing is undone while the kill switch is on, or on a server that was disabled: a person is told to", async () => {
  const run = await anExecutedRun();
  await shop.setSwitch(true);
  const because = "the kill switch is on: undo it by hand";
  expect(await rollBack({ ...run, because: "it is slower" })).toEqual({ outcome: "failed", because });
  await shop.setSwitch(false);
  await shop.servers.change("shop", (server) => ({ ...server, enabled: false }));
  const disabled = await rollBack({ ...run, because: "it is slower" });
  await shop.servers.change("shop", (server) => ({ ...server, enabled: true }));
  expect(disabled).toEqual({ outcome: "failed", because: "the server is disabled: undo it by hand" });
  expect(await indexes()).toHaveLength(1);
});

test("what a broken build left and nobody may drop is tried three times, and ends as failed", async () => {
  const run = await anApprovedRun(anIndex());
  const holder = new pg.Client({ connectionString: shop.url });
  await holder.connect();
  await holder.query(`begin; insert into ${table} values (1, 1)`);
  const broken = execute(run);
  await eventually(async () => ((await indexes()).length === 1 ? true : null), { what: "the build" });
  await shop.database.query("select pg_cancel_backend(pid) from pg_stat_activity where query like 'CREATE INDEX%'");
  expect(await broken).toMatchObject({ outcome: "waiting" });
  await holder.query("commit");
  await holder.end();
  expect(await indexes()).toEqual([{ name: `idx_${table}`, valid: false }]);

  await freeze();
  for (const _ of [1, 2, 3]) expect(await execute(run)).toMatchObject({ outcome: "waiting" });
  expect(await execute(run)).toEqual({
    outcome: "failed",
    because: `what an interrupted build left of public.${table} could not be cleared in 3 attempts`,
  });
  expect((await told(run)).filter((text) => text.startsWith("Attempt"))).toEqual([
    expect.stringMatching(/^Attempt 1 of 3 failed: canceling statement/),
    ...[1, 2, 3].map((number) => `Attempt ${number} of 3 to clear what it left failed: a change freeze is on`),
  ]);
});

test("a run that has waited an hour for another run's server looks again in six minutes, not in half a one", async () => {
  await acquireLock(await aRunThatFound(anIndex()));
  const run = await anApprovedRun(anIndex());
  expect(await execute(run)).toMatchObject({ outcome: "waiting", checkAgainMs: 30_000 });
  const decidedAt = later(new Date(), -HOUR_MS).toISOString();
  await shop.incidents.change(run.incidentId, (incident) =>
    incident.decision === null ? null : { ...incident, decision: { ...incident.decision, decidedAt } },
  );
  const later1 = await execute(run);
  if (later1.outcome !== "waiting") throw new Error(later1.outcome);
  expect(Math.round(later1.checkAgainMs / MINUTE_MS)).toBe(6);
});

test("a run that has waited long looks again as its proposal expires, in case it is its turn just before", async () => {
  await acquireLock(await aRunThatFound(anIndex()));
  const run = await anApprovedRun(anIndex());
  const decidedAt = later(new Date(), -DAY_MS).toISOString();
  const expiresAt = later(new Date(), 2 * MINUTE_MS).toISOString();
  await shop.incidents.change(run.incidentId, ({ proposal, decision, ...incident }) =>
    proposal === null || decision === null
      ? null
      : { ...incident, proposal: { ...proposal, expiresAt }, decision: { ...decision, decidedAt } },
  );
  const answer = await execute(run);
  if (answer.outcome !== "waiting") throw new Error(answer.outcome);
  expect(answer.checkAgainMs).toBeLessThanOrEqual(2 * MINUTE_MS);
});

const optionsOf = async (): Promise<string[]> =>
  (await shop.database.query<{ o: string[] }>("select reloptions as o from pg_class where relname = $1", [table]))
    .rows[0]?.o ?? [];

test("a setting that a person changed after the action is left alone by the way back, and told", async () => {
  const parameters = { schema: "public", table, fillfactor: 85, oldFillfactor: null };
  const run = await anApprovedRun({ kind: "set_table_fillfactor", parameters });
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  await shop.database.query(`alter table ${table} set (fillfactor = 70)`);
  const because = "somebody changed it since: undo it by hand";
  for (const _ of ["once", "and repeated"])
    expect(await rollBack({ ...run, because: "it is slower" })).toEqual({ outcome: "failed", because });
  expect(await optionsOf()).toEqual(["fillfactor=70"]);
  expect((await told(run)).filter((text) => text.startsWith("Not undone"))).toEqual([
    `Not undone: somebody changed public.${table} since (70).`,
  ]);
});

test("a proposal that was stored before it kept what was set is carried out, and taken back as it was agreed", async () => {
  await shop.database.query(`alter table ${table} set (fillfactor = 100)`);
  const run = await anApprovedRun({
    kind: "set_table_fillfactor",
    parameters: { schema: "public", table, fillfactor: 85 },
  });
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  expect(await rollBack({ ...run, because: "it is slower" })).toEqual({ outcome: "done" });
  expect(await optionsOf()).toEqual([]);
});

test("a way back of two statements goes on after the first one, which nobody else made", async () => {
  await shop.database.query(`alter table ${table} set (autovacuum_vacuum_scale_factor = 0.3)`);
  const old = { oldEnabled: null, oldScaleFactor: 0.3, oldThreshold: null };
  const parameters = { schema: "public", table, enabled: null, scaleFactor: 0.01, threshold: 500, ...old };
  const run = await anApprovedRun({ kind: "set_table_autovacuum", parameters });
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  await shop.database.query(`alter table ${table} set (autovacuum_vacuum_scale_factor = 0.3)`);
  expect(await rollBack({ ...run, because: "it is slower" })).toEqual({ outcome: "done" });
  expect(await optionsOf()).toEqual(["autovacuum_vacuum_scale_factor=0.3"]);
});

test.each<[string, (role: string) => TypedAction, string]>([
  [
    "a role's connection limit",
    (role) => ({ kind: "set_role_connection_limit", parameters: { role, limit: 20, oldLimit: -1 } }),
    "connection limit 7",
  ],
  [
    "a role's setting",
    (role) => ({
      kind: "set_role_setting",
      parameters: { role, database: shop.database.name, setting: "work_mem", value: "64MB", oldValue: null },
    }),
    "in database DATABASE set work_mem = '7MB'",
  ],
])("%s that a person changed after the action is left alone by the way back", async (_what, actionOn, change) => {
  count += 1;
  const role = `app_${count}`;
  await shop.database.query(`create role ${role}`);
  const run = await anApprovedRun(actionOn(role));
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  const inDatabase = change.replace("DATABASE", shop.database.name);
  await shop.database.query(`alter role ${role} ${inDatabase}`);
  expect(await rollBack({ ...run, because: "it is slower" })).toMatchObject({ outcome: "failed" });
  const { rows } = await shop.database.query<{ limit: number; own: string[] | null }>(
    `select rolconnlimit as limit, setconfig as own from pg_roles left join pg_db_role_setting on setrole = pg_roles.oid
     where rolname = $1`,
    [role],
  );
  expect(rows).toContainEqual(change.startsWith("in") ? { limit: -1, own: ["work_mem=7MB"] } : { limit: 7, own: null });
});
