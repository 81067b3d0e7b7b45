// Consent, and whatever else could have changed while a run waited, is asked again directly before something is changed.
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { acquireLock } from "../../../functions/activities/acquire-lock.ts";
import { execute } from "../../../functions/activities/execute.ts";
import { propose } from "../../../functions/activities/propose.ts";
import type { TypedAction } from "../../../shared/contracts/actions.ts";
import type { Instruction } from "../../../shared/contracts/instruction.ts";
import type { Run } from "../../../shared/contracts/steps.ts";
import { DAY_MS, later } from "../../../shared/core/time.ts";
import { eventually } from "../../support/cloud.ts";
import { ANN, anInstruction } from "../../support/incidents.ts";
import { anApprovedRun, aRunThatFound, aServer, startShop } from "../../support/steps.ts";

let shop: Awaited<ReturnType<typeof startShop>>;
let table = "";
let count = 0;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stopAll());
beforeEach(async () => {
  count += 1;
  table = `orders_${count}`;
  await shop.database.query(`create table ${table} as select i as id, i % 10 as city from generate_series(1, 100) i`);
});
afterEach(async () => {
  await shop.servers.put(aServer());
  await shop.setSwitch(false);
  await shop.freeServer();
  for (const { instructionId } of await shop.instructions.list())
    await shop.instructions.revoke(instructionId, ANN, new Date().toISOString());
});

const optionsOf = async (name: string): Promise<string[]> =>
  (
    await shop.database.query<{ o: string[] }>(
      "select coalesce(reloptions, '{}') as o from pg_class where relname = $1",
      [name],
    )
  ).rows[0]?.o ?? [];
const fillfactor = (): TypedAction => ({
  kind: "set_table_fillfactor",
  parameters: { schema: "public", table, fillfactor: 85, oldFillfactor: null },
});

/** A standing instruction for this test's kind of action; no two have one id. */
async function instruct(wish: Partial<Instruction> = {}): Promise<Instruction> {
  count += 1;
  const instruction = anInstruction({
    instructionId: `ins-${count}`,
    kind: "set_table_fillfactor",
    expiresAt: later(new Date(), DAY_MS).toISOString(),
    ...wish,
  });
  await shop.instructions.create(instruction);
  return instruction;
}
const rewrite = (instruction: Instruction, wish: Partial<Instruction>) =>
  shop.documents.put(
    { container: "instructions", id: instruction.instructionId, partition: instruction.scope.serverId },
    { ...instruction, ...wish },
  );

/** A run that an instruction allowed, and that waits for the server, which another run has. */
async function aWaitingRun(): Promise<{ run: Run; instruction: Instruction }> {
  const instruction = await instruct();
  const other = await aRunThatFound(fillfactor());
  await acquireLock(other);
  const run = await aRunThatFound(fillfactor());
  expect(await propose({ ...run, round: 1 })).toMatchObject({ consent: "standing" });
  expect(await execute(run)).toMatchObject({ outcome: "waiting", because: `the run ${other.runId} has the server` });
  return { run, instruction };
}

test("what an instruction allowed is carried out while it still allows it", async () => {
  const { run } = await aWaitingRun();
  await shop.freeServer();
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  expect(await optionsOf(table)).toEqual(["fillfactor=85"]);
});

const yesterday =
  (["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const)[(new Date().getUTCDay() + 6) % 7] ?? "sun";
test.each<[string, Partial<Instruction>, RegExp]>([
  ["was revoked", { revoked: { at: new Date().toISOString(), by: ANN } }, /it was revoked$/],
  ["ran out", { expiresAt: new Date().toISOString() }, /it has expired$/],
  ["holds at other times", { window: { days: [yesterday], from: "00:00", to: "00:00" } }, /not hold at this time$/],
  ["allows smaller tables only", { maxTableBytes: 1 }, /the table is larger than it allows$/],
])("an instruction that %s while the run waited allows nothing: a person is asked", async (_why, change, because) => {
  const { run, instruction } = await aWaitingRun();
  await rewrite(instruction, change);
  await shop.freeServer();
  expect(await execute(run)).toMatchObject({ outcome: "changed", because: expect.stringMatching(because) });
  expect(await propose({ ...run, round: 2 })).toMatchObject({ outcome: "proposed", consent: "needed" });
  expect(await shop.incidents.read(run.incidentId)).toMatchObject({ state: "awaitingApproval", decision: null });
  expect((await shop.incidents.read(run.incidentId))?.timeline.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^Not carried out as it was agreed: the standing instruction/),
  );
  expect(await optionsOf(table)).toEqual([]);
});

test("of two runs that ask at once, an instruction for one action a day allows one", async () => {
  const { instructionId } = await instruct({ maxPerDay: 1 });
  const runs = await Promise.all([0, 1, 2].map(() => aRunThatFound(fillfactor())));
  const answers = await Promise.all(runs.map((run) => propose({ ...run, round: 1 })));
  const consents = answers.map((answer) => (answer.outcome === "proposed" ? answer.consent : answer.outcome));
  expect(consents.toSorted()).toEqual(["needed", "needed", "standing"]);
  const decided = await Promise.all(runs.map(({ incidentId }) => shop.incidents.read(incidentId)));
  expect(
    decided.filter(
      (incident) =>
        incident?.decision?.by.kind === "instruction" && incident.decision.by.instructionId === instructionId,
    ),
  ).toHaveLength(1);
});

test("a run that is repeated, or proposes again, counts once among those that an instruction allowed", async () => {
  const instruction = await instruct({ maxPerDay: 1 });
  const run = await aRunThatFound(fillfactor());
  for (const round of [1, 1, 2, 3])
    expect(await propose({ ...run, round })).toMatchObject({ outcome: "proposed", consent: "standing" });
  // Killed after the use was counted, before the incident told of it.
  const killed = await aRunThatFound(fillfactor());
  await rewrite(instruction, { maxPerDay: 2 });
  const use = { runId: killed.runId, at: new Date().toISOString() };
  await shop.instructions.changeUses(instruction.instructionId, ({ uses }) => ({
    next: { uses: [...uses, use] },
    answer: null,
  }));
  expect(await propose({ ...killed, round: 1 })).toMatchObject({ consent: "standing" });
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  const third = await aRunThatFound(fillfactor());
  table = `${table}_third`;
  await shop.database.query(`create table ${table} (id int)`);
  expect(await propose({ ...third, round: 1 })).not.toMatchObject({ consent: "standing" });
});

test("nothing is carried out on a server that was disabled after the approval", async () => {
  const run = await anApprovedRun(fillfactor());
  await shop.servers.change("shop", (server) => ({ ...server, enabled: false }));
  expect(await execute(run)).toEqual({ outcome: "refused", because: "the server is disabled" });
  expect(await optionsOf(table)).toEqual([]);
});

test("a proposal whose time is over is not carried out any more, whoever approved it", async () => {
  const run = await anApprovedRun(fillfactor());
  await shop.incidents.change(run.incidentId, (incident) =>
    incident.proposal === null
      ? null
      : { ...incident, proposal: { ...incident.proposal, expiresAt: later(new Date(), -DAY_MS).toISOString() } },
  );
  expect(await execute(run)).toEqual({ outcome: "refused", because: "the proposal has expired" });
  expect(await optionsOf(table)).toEqual([]);
});

test("a kill switch that is thrown between two statements of an action stops the second", async () => {
  const run = await anApprovedRun({
    kind: "set_column_statistics",
    parameters: { schema: "public", table, column: "city", target: 500, oldTarget: -1 },
  });
  const holder = new pg.Client({ connectionString: shop.url });
  await holder.connect();
  await holder.query(`begin; lock table ${table} in share update exclusive mode`);
  const answer = execute(run);
  await eventually(
    async () =>
      (await shop.database.query("select from pg_stat_activity where wait_event_type = 'Lock' and query like 'ALTER%'"))
        .rowCount === 1 || null,
    { what: "the first statement, which waits" },
  );
  await shop.setSwitch(true);
  await holder.query("commit");
  await holder.end();
  const stopped = { outcome: "refused", because: "the kill switch is on, after 1 of its 2 statements" };
  expect(await answer).toEqual(stopped);
  expect(await execute(run), "and what has begun does not go on").toEqual(stopped);
  const { rows } = await shop.database.query(
    "select attstattarget, (select analyze_count from pg_stat_user_tables where relid = attrelid)::int as analyses from pg_attribute where attrelid = $1::regclass and attname = 'city'",
    [table],
  );
  expect(rows).toEqual([{ attstattarget: 500, analyses: 0 }]);
});
