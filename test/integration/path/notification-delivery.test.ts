// What stands between a notification and people: services that are away, refusals, a worker that is killed.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { tellingsOf } from "../../../shared/adapters/tellings.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { notificationIdOf } from "../../../shared/core/notifications.ts";
import { derivedId } from "../../../shared/core/digest.ts";
import { HOUR_MS, later } from "../../../shared/core/time.ts";
import { eventually } from "../../support/cloud.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { anIncident, aProposal } from "../../support/incidents.ts";

let people: Fake;
let platform: Platform;
let answer: () => Reply | Promise<Reply>;
beforeAll(async () => {
  people = await startFake(() => answer());
  platform = await startPlatform({
    PGMEDIC_NOTIFY_WEBHOOK_URL: people.url,
    PGMEDIC_NOTIFY_WEBHOOK_SECRET: "s3cret",
    PGMEDIC_NOTIFY_LOWEST: "Sev2",
  });
}, 90_000);
afterAll(async () => {
  await platform?.stop();
  await people?.stop();
});
beforeEach(() => {
  answer = () => ({ status: 200 });
  people.asked.length = 0;
});

let made = 0;
/** An incident that waits, with no run behind it: since it was changed just now for ever, the sweep leaves its run alone. */
async function waiting(wish: Partial<Incident> = {}): Promise<Incident> {
  const now = new Date();
  made += 1;
  const proposal = aProposal({
    proposalId: `prop-${made}`,
    proposedAt: later(now, -HOUR_MS).toISOString(),
    expiresAt: later(now, HOUR_MS).toISOString(),
  });
  const incident = anIncident({
    incidentId: `inc-${made}`,
    runId: `run-${made}`,
    state: "awaitingApproval",
    severity: "Sev1",
    proposal,
    updatedAt: later(now, 24 * HOUR_MS).toISOString(),
    outbox: [],
    ...wish,
  });
  await platform.documents.incidents.create(incident);
  return incident;
}
const suspend = ({ incidentId, serverId, runId, proposal }: Incident, times = 1): Promise<void> =>
  platform.documents.messages.send("run-events", `${incidentId}-suspended-${times}`, {
    schemaVersion: 1,
    type: "suspended",
    incidentId,
    serverId,
    runId,
    proposalId: proposal?.proposalId ?? "",
    proposalHash: proposal?.hash ?? "",
    expiresAt: proposal?.expiresAt ?? "",
    fencingToken: null,
  });
const idOf = (incident: Incident, occasion: "waits" | "reminder" | "secondPerson" = "waits"): string =>
  derivedId("tell", notificationIdOf(incident, occasion), "webhook");
const tellings = () => tellingsOf(platform.documents.documents);
const untilIt = (incident: Incident, state: string, tries?: number) =>
  eventually(
    async () => {
      const telling = await tellings().read(idOf(incident));
      return telling?.state === state && (tries === undefined || telling.tries === tries) ? telling : null;
    },
    { what: `${incident.incidentId} ${state}` },
  );
const sweep = async (): Promise<void> => {
  expect((await platform.call("POST", "admin/functions/sweep")).status).toBe(202);
};
/** What would come in a minute or so comes now. */
const makeDue = (incident: Incident) =>
  tellings().change(idOf(incident), (current) => ({ ...current, nextTryAt: "2026-01-01T00:00:00.000Z" }));

test("a channel that answers 503 twice gets it once it is there again, and only then counts as told", async () => {
  let left = 2;
  answer = () => ((left -= 1) >= 0 ? { status: 503, headers: { "retry-after": "600" } } : { status: 200 });
  const incident = await waiting();
  await suspend(incident);
  for (const tries of [1, 2]) {
    const telling = await eventually(async () => {
      const now = await tellings().read(idOf(incident));
      return now?.tries === tries && now.because !== null && now.nextTryAt > later(new Date(), 300_000).toISOString()
        ? now
        : null;
    });
    expect(telling).toMatchObject({ state: "due", because: "it answered 503" });
    await makeDue(incident);
    await sweep();
  }
  await untilIt(incident, "told", 3);
  await suspend(incident, 2);
  await sweep();
  expect(await untilIt(incident, "told")).toMatchObject({ tries: 3, because: null });
  expect(people.asked).toHaveLength(3);
});

test("a refusal is kept with its reason and logged, and is not tried again", async () => {
  answer = () => ({ status: 410, body: "the channel is gone" });
  const incident = await waiting();
  await suspend(incident);
  expect(await untilIt(incident, "refused")).toMatchObject({ because: "it answered 410 the channel is gone" });
  await sweep();
  await eventually(async () => (platform.log().includes("and is not tried again: it answered 410") ? true : null));
  expect(people.asked).toHaveLength(1);
  expect(await platform.messages()).toEqual([]);
});

test("a worker that is killed while it tells leaves it to the next one", async () => {
  let isHeld = true;
  answer = () => (isHeld ? new Promise(() => {}) : { status: 200 });
  const incident = await waiting();
  await suspend(incident);
  await eventually(async () => (people.asked.length === 1 ? true : null), { what: "the first call" });
  await platform.kill("host");
  isHeld = false;
  expect(await tellings().read(idOf(incident))).toMatchObject({ state: "due", tries: 1 });
  await makeDue(incident);
  await platform.start("host");
  await sweep();
  await untilIt(incident, "told", 2);
  expect(people.asked).toHaveLength(2);
}, 60_000);

test("a severity below the lowest is told to nobody", async () => {
  const quiet = await waiting({ severity: "Sev3" });
  await suspend(quiet);
  const loud = await waiting({ severity: "Sev2" });
  await suspend(loud);
  await untilIt(loud, "told");
  expect(await tellings().read(idOf(quiet))).toBeNull();
});

test("what was decided before it could be told is not told any more", async () => {
  answer = () => ({ status: 503 });
  const incident = await waiting();
  await suspend(incident);
  await eventually(async () => (await tellings().read(idOf(incident)))?.because ?? null, { what: "a failed try" });
  answer = () => ({ status: 200 });
  await platform.documents.incidents.change(incident.incidentId, (current) => ({ ...current, state: "executing" }));
  people.asked.length = 0;
  await makeDue(incident);
  await sweep();
  await untilIt(incident, "overtaken");
  expect(people.asked).toEqual([]);
});
