// What PgMedic may do with nobody asked: the lesser of what its record has earned and what an admin allows on the server.
import { HttpRequest } from "@azure/functions";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { acquireLock } from "../../../functions/activities/acquire-lock.ts";
import { execute } from "../../../functions/activities/execute.ts";
import { propose } from "../../../functions/activities/propose.ts";
import { readAutonomy } from "../../../functions/api/autonomy.ts";
import { openChat } from "../../../functions/api/chats.ts";
import { putAutomation, putServer } from "../../../functions/api/servers.ts";
import { evaluateGraduation } from "../../../functions/graduation.ts";
import type { TypedAction } from "../../../shared/contracts/actions.ts";
import type { AutomationLevel } from "../../../shared/contracts/automation.ts";
import { AutonomyView } from "../../../shared/contracts/autonomy.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import type { VerificationVerdict } from "../../../shared/contracts/outcome.ts";
import { ServerRegistration } from "../../../shared/contracts/server.ts";
import type { Run } from "../../../shared/contracts/steps.ts";
import { GATE } from "../../../shared/core/graduation.ts";
import { DAY_MS, later } from "../../../shared/core/time.ts";
import { anIncident, anInstruction, aProposal } from "../../support/incidents.ts";
import { bodyOf } from "../../support/other-versions.ts";
import { aRunThatFound, aServer, startShop } from "../../support/steps.ts";

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
  await shop.database.query(`create table ${table} as select i as id from generate_series(1, 100) i`);
});
afterEach(async () => {
  await shop.servers.put(aServer());
  await shop.freeServer();
  await shop.system.changeAutonomy((current) => ({ ...current, phase: "assist" }));
  await shop.documents.remove({ container: "system", id: "graduation", partition: "graduation" });
  for (const { incidentId } of await shop.incidents.list())
    await shop.documents.remove({ container: "incidents", id: incidentId, partition: incidentId });
});

const fillfactor = (): TypedAction => ({
  kind: "set_table_fillfactor",
  parameters: { schema: "public", table, fillfactor: 85, oldFillfactor: null },
});
const isSet = async (): Promise<boolean> =>
  (await shop.database.query("select from pg_class where relname = $1 and 'fillfactor=85' = any(reloptions)", [table]))
    .rowCount === 1;

/** Alerts of an incident that only a schedule asked for. */
const aheadOfAlerts = ({ alerts }: Pick<Incident, "alerts">): Incident["alerts"] =>
  alerts.map((alert) => ({ ...alert, alertId: "schedule/daily" }));

/** An incident that an instruction decided, and what was measured after it. */
async function aPast(verdict: VerificationVerdict, at: string, { isAhead = false } = {}): Promise<void> {
  count += 1;
  const incidentId = `inc-past-${count}`;
  const proposal = aProposal();
  const by = { kind: "instruction", instructionId: "ins-1" } as const;
  const decided = { decisionId: "dec-1", proposalId: proposal.proposalId, proposalHash: proposal.hash, decidedAt: at };
  await shop.incidents.create(
    anIncident({
      incidentId,
      severity: "Sev3",
      state: "resolved",
      proposal,
      decision: { verdict: "approve", instructionId: "ins-1", by, reason: null, ...decided },
      verification: {
        basis: "measure",
        measure: "",
        before: 9,
        after: 1,
        goal: 1,
        verdict,
        because: "",
        window: 1,
        verifiedAt: at,
      },
      resolution: { path: "autonomous", because: "", at },
      ...(isAhead ? { alerts: aheadOfAlerts(anIncident()) } : {}),
      outbox: [],
      updatedAt: at,
    }),
  );
}

/** A month in Assist, and as many good outcomes as the gate takes. */
async function earn(): Promise<void> {
  const monthAgo = later(new Date(), -30 * DAY_MS).toISOString();
  await shop.system.changeGraduation(() => ({
    phase: "assist",
    since: monthAgo,
    evaluatedAt: monthAgo,
    criteria: [],
    history: [],
  }));
  for (let one = 0; one < GATE.fewestAutonomous; one += 1) await aPast("improved", monthAgo);
}

const request = (body: object) =>
  new HttpRequest({
    url: "http://localhost/api/servers/shop",
    method: "PUT",
    params: { serverId: "shop" },
    headers: { "content-type": "application/json" },
    body: { string: JSON.stringify(body) },
  });
const ADMIN = { userId: "ada", name: "Ada", roles: new Set(["admin"] as const) };
const allow = (vacuum: AutomationLevel) => putAutomation(request({ levels: { vacuum } }), ADMIN);
const asked = async (run: Run, round = 1): Promise<string> => {
  const answer = await propose({ ...run, round });
  return answer.outcome === "proposed" ? answer.consent : `${answer.outcome}: ${answer.because}`;
};

test("what was earned and is allowed is carried out with nobody asked, and the decision says by what record", async () => {
  await earn();
  await allow(4);
  const run = await aRunThatFound(fillfactor());
  expect(await asked(run)).toBe("standing");
  expect((await shop.incidents.read(run.incidentId))?.decision).toMatchObject({
    verdict: "approve",
    instructionId: null,
    by: { kind: "pgmedic" },
    reason: expect.stringMatching(/^Autonomous phase, level 4 for vacuum, R1 at Sev3: 20 of 20 judged actions helped/),
  });
  expect(await asked(run), "asked once more").toBe("standing");
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  expect(await isSet()).toBe(true);
  const view = AutonomyView.parse(bodyOf(await readAutonomy()));
  expect(view).toMatchObject({ phase: "assist", effective: "autonomous", graduation: { phase: "autonomous" } });
});

test("what was earned and cannot be read was not earned: a person is asked, and the kill switch stays within reach", async () => {
  await earn();
  await allow(4);
  await shop.documents.put({ container: "system", id: "graduation", partition: "graduation" }, { phase: "omniscient" });
  expect(await asked(await aRunThatFound(fillfactor()))).toBe("needed");
  const view = AutonomyView.parse(bodyOf(await readAutonomy()));
  expect(view).toMatchObject({ effective: "assist", graduation: null, killSwitch: { on: false } });
});

test.each<[string, AutomationLevel, boolean]>([
  ["earned and not allowed", 3, true],
  ["allowed and not earned", 4, false],
])("what is %s asks a person", async (_what, level, isEarned) => {
  if (isEarned) await earn();
  await allow(level);
  expect(await asked(await aRunThatFound(fillfactor()))).toBe("needed");
});

test("a grave incident asks a person, whatever was earned", async () => {
  await earn();
  await allow(4);
  const run = await aRunThatFound(fillfactor());
  await shop.incidents.change(run.incidentId, (incident) =>
    incident.diagnosis === null ? null : { ...incident, diagnosis: { ...incident.diagnosis, severity: "Sev2" } },
  );
  expect(await asked(run)).toBe("needed");
});

test("a graver alert that joins the incident later asks a person, also when all was decided", async () => {
  await earn();
  await allow(4);
  const other = await aRunThatFound(fillfactor());
  await acquireLock(other);
  const run = await aRunThatFound(fillfactor());
  expect(await asked(run)).toBe("standing");
  await shop.incidents.change(run.incidentId, (incident) => {
    const [first] = incident.alerts;
    if (first === undefined) throw new Error("an incident has an alert");
    return { ...incident, alerts: [first, { ...first, alertId: "graver", severity: "Sev0" }] };
  });
  await shop.freeServer();
  expect(await execute(run)).toMatchObject({ outcome: "changed", because: "Sev0 needs a person" });
  expect(await isSet()).toBe(false);
});

test("ahead of alerts a person is asked, and the server is not kept for it", async () => {
  await earn();
  await allow(4);
  const run = await aRunThatFound(fillfactor());
  await shop.incidents.change(run.incidentId, (incident) => ({ ...incident, alerts: aheadOfAlerts(incident) }));
  await acquireLock(run);
  const leaseUntil = (await shop.servers.lock("shop"))?.leaseUntil;
  expect(await asked(run)).toBe("needed");
  expect((await shop.servers.lock("shop"))?.leaseUntil).toBe(leaseUntil);
  const { outbox = [] } = (await shop.incidents.read(run.incidentId)) ?? {};
  expect(outbox.map((entry) => (entry.kind === "message" ? entry.message : null))).toContainEqual(
    expect.objectContaining({ type: "suspended", fencingToken: null }),
  );
});

test("what the Predictive phase has earned is done ahead of alerts, where level 5 allows it", async () => {
  const monthAgo = later(new Date(), -30 * DAY_MS).toISOString();
  await earn();
  for (let one = 0; one < GATE.fewestAhead; one += 1) await aPast("improved", monthAgo, { isAhead: true });
  const earned = await evaluateGraduation();
  if (earned?.phase !== "autonomous") throw new Error("the record earns Autonomous first");
  await shop.system.changeGraduation(() => ({ ...earned, since: monthAgo }));
  expect(await evaluateGraduation()).toMatchObject({ phase: "predictive" });
  const anAheadRun = async (): Promise<Run> => {
    const run = await aRunThatFound(fillfactor());
    await shop.incidents.change(run.incidentId, (incident) => ({ ...incident, alerts: aheadOfAlerts(incident) }));
    return run;
  };
  await allow(4);
  expect(await asked(await anAheadRun())).toBe("needed");
  await allow(5);
  const run = await anAheadRun();
  expect(await asked(run)).toBe("standing");
  expect((await shop.incidents.read(run.incidentId))?.decision?.reason).toMatch(
    /^Predictive phase, level 5 for vacuum/,
  );
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  expect(await isSet()).toBe(true);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "a breach ends what was earned",
    () => aPast("regressed", new Date().toISOString()),
    /the Autonomous phase is not earned$/,
  ],
  ["an admin lowers the level", () => allow(3), /at automation level 3 for vacuum PgMedic acts by consent$/],
])("when %s while a run waits for the server, a person is asked", async (_what, change, because) => {
  await earn();
  await allow(4);
  const other = await aRunThatFound(fillfactor());
  await acquireLock(other);
  const run = await aRunThatFound(fillfactor());
  expect(await asked(run)).toBe("standing");
  expect(await execute(run)).toMatchObject({ outcome: "waiting" });
  // A moment later than the phase was entered: what happened in the same one was known when it was.
  await new Promise((resolve) => setTimeout(resolve, 5));
  await change();
  await shop.freeServer();
  expect(await execute(run)).toMatchObject({ outcome: "changed", because: expect.stringMatching(because) });
  expect(await asked(run, 2)).toBe("needed");
  expect(await isSet()).toBe(false);
});

test("a phase that is lost is kept with the reason", async () => {
  await earn();
  expect(await evaluateGraduation()).toMatchObject({ phase: "autonomous" });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await aPast("regressed", new Date().toISOString());
  const lost = await evaluateGraduation();
  expect(lost?.phase).toBe("assist");
  expect(lost?.history.map(({ to, because }) => `${to}: ${because}`)).toEqual([
    "assist: an action on shop made things worse",
    "autonomous: every figure of the gate holds",
  ]);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "at level 0 nothing is proposed",
    () => allow(0),
    /^refused: at automation level 0 for vacuum PgMedic only watches$/,
  ],
  ["at level 1 the statement is advice", () => allow(1), /^refused: .* PgMedic advises .*; it would be: ALTER TABLE/],
  [
    "in Shadow the statement is recorded",
    () => shop.system.changeAutonomy((current) => ({ ...current, phase: "shadow" })),
    /^refused: in the Shadow phase .*; it would be: ALTER TABLE/,
  ],
])("%s", async (_what, change, said) => {
  await earn();
  await change();
  expect(await asked(await aRunThatFound(fillfactor()))).toMatch(said);
});

test("at level 2 an instruction does not stand in for a person", async () => {
  const expiresAt = later(new Date(), DAY_MS).toISOString();
  await shop.instructions.create(anInstruction({ kind: "set_table_fillfactor", expiresAt }));
  await allow(2);
  const run = await aRunThatFound(fillfactor());
  expect(await asked(run)).toBe("needed");
  const proposalId = (await shop.incidents.read(run.incidentId))?.proposal?.proposalId;
  const refused = await openChat(request({ incidentId: run.incidentId, proposalId }));
  expect(refused.status, "nor is one talked about").toBe(409);
  expect(bodyOf(refused)).toMatchObject({ title: "At automation level 2 for vacuum a person approves each action" });
  await allow(3);
  expect((await openChat(request({ incidentId: run.incidentId, proposalId }))).status).toBe(201);
  expect(await asked(await aRunThatFound(fillfactor()))).toBe("standing");
});

test("registering a server again leaves its levels, and a level that does not exist is refused", async () => {
  await allow(1);
  const { serverId: _, registeredAt: __, automation: ___, ...registration } = aServer({ displayName: "Shop" });
  const answer = await putServer(request(ServerRegistration.parse(registration)), ADMIN, { warn: () => {} });
  expect(answer.status).toBe(200);
  expect(await shop.servers.read("shop")).toMatchObject({
    displayName: "Shop",
    automation: { levels: { vacuum: 1 }, by: "Ada" },
  });
  await Promise.all([
    ...Array.from({ length: 10 }, () =>
      putServer(request(ServerRegistration.parse(registration)), ADMIN, { warn: () => {} }),
    ),
    allow(0),
  ]);
  expect((await shop.servers.read("shop"))?.automation?.levels.vacuum, "lowered while it is registered again").toBe(0);
  expect((await putAutomation(request({ levels: { vacuum: 6 } }), ADMIN)).status).toBe(400);
  expect((await putAutomation(request({ levels: { everything: 4 } }), ADMIN)).status).toBe(400);
});
