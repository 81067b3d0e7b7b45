// A run is remembered once: after a repetition, a kill at any point, a follow-up, and by another version.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { close } from "../../../functions/activities/close.ts";
import { readCalibration } from "../../../functions/api/memory.ts";
import { remember } from "../../../functions/remember.ts";
import { services } from "../../../functions/services.ts";
import { sweepOnce } from "../../../functions/sweep.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { Calibration, type Memory } from "../../../shared/contracts/memory.ts";
import { memoryOf, outcomeOf } from "../../../shared/core/memory.ts";
import { HttpRequest } from "@azure/functions";
import { aResolvedIncident } from "../../support/dashboard/data.ts";
import { aMemory } from "../../support/memories.ts";
import { bodyOf, extended, incidentAt, later, stored } from "../../support/other-versions.ts";
import { aServer, startDocuments } from "../../support/steps.ts";

let documents: Awaited<ReturnType<typeof startDocuments>>;
let count = 0;
/** Each test has a server of its own. */
let serverId = "";
beforeAll(async () => {
  documents = await startDocuments();
});
beforeEach(async () => {
  count += 1;
  serverId = `shop-${count}`;
  await documents.servers.put(aServer({ serverId }));
});
afterAll(() => documents.stopAll());

const memoryAt = (runId: string) => ({ container: "memory", id: `memory-${runId}`, partition: serverId }) as const;
const remembered = (): Promise<Memory[]> => services().memories.ofServer(serverId);
const theIncident = async (incidentId: string): Promise<Incident> => {
  const incident = await documents.incidents.read(incidentId);
  if (incident === null) throw new Error("the incident is lost");
  return incident;
};

/** An incident whose action was verified, and whose run has not closed it yet. */
async function aVerifiedIncident(): Promise<Incident> {
  const incidentId = `inc-${count}`;
  const verified: Incident = {
    ...aResolvedIncident(),
    incidentId,
    serverId,
    runId: `${incidentId}-r1`,
    correlationKey: `open-${count}`,
    state: "verifying",
    resolution: null,
    memoryDue: false,
    outbox: [],
  };
  await documents.incidents.create(verified);
  return verified;
}
const runOf = ({ incidentId, runId }: Incident) => ({ incidentId, serverId, runId });
const closeIt = (incident: Incident) => close({ ...runOf(incident), path: "executed", because: "It helped." });

const runs = {
  getStatus: () => Promise.reject(new Error("404")),
  startNew: () => Promise.resolve("none"),
  raiseEvent: () => Promise.resolve(),
};
const silent = { log: () => {}, warn: () => {}, error: () => {} };
/** What a sweep needs beyond documents says nothing here. */
const sweepNow = (): Promise<void> => sweepOnce(runs, silent, { limitMs: 3_000, atOnce: 4 });

// First: once a sweep of a process has found none of these, it does not look for them again.
test("an incident from before runs were remembered is made up for by the sweep", async () => {
  const incident = await aVerifiedIncident();
  await closeIt(incident);
  await documents.documents.remove(memoryAt(incident.runId));
  const { memoryDue: _, ...asBefore } = await theIncident(incident.incidentId);
  await documents.documents.put(incidentAt(incident.incidentId), { ...asBefore, outbox: [], isSettled: true });
  expect(await remembered()).toEqual([]);
  await sweepNow();
  expect(await remembered()).toMatchObject([{ incidentId: incident.incidentId }]);
  expect(await documents.incidents.neverRemembered(10)).toEqual([]);
});

test("a run that closes is remembered once, however often it closes", async () => {
  const incident = await aVerifiedIncident();
  for (const _ of [1, 2, 3]) await closeIt(incident);
  expect(await remembered()).toMatchObject([{ incidentId: incident.incidentId, path: "humanApproved" }]);
  expect((await theIncident(incident.incidentId)).memoryDue).toBe(false);
});

test("a kill right after the incident was closed, or right after the memory was written, loses and doubles nothing", async () => {
  const incident = await aVerifiedIncident();
  await closeIt(incident);
  // Killed in between: the incident is closed and due, and nothing is remembered.
  await documents.documents.remove(memoryAt(incident.runId));
  const due = await documents.incidents.change(incident.incidentId, (current) => ({
    ...current,
    outbox: [],
    memoryDue: true,
    updatedAt: new Date(Date.now() - 120_000).toISOString(),
  }));
  await sweepNow();
  expect(await remembered()).toHaveLength(1);
  // Killed after the memory was written: the sweep finds it due and writes what is there already.
  const [before] = await remembered();
  await documents.incidents.change(incident.incidentId, () => due);
  await sweepNow();
  expect(await remembered()).toEqual([before]);
  expect((await theIncident(incident.incidentId)).memoryDue).toBe(false);
});

test("a roll-back after the end changes the memory, and an old copy of the incident does not change it back", async () => {
  const incident = await aVerifiedIncident();
  await closeIt(incident);
  const old = await theIncident(incident.incidentId);
  const [helped] = await remembered();
  expect(helped && outcomeOf(helped)).toBe("helped");

  const rollBack = { statement: "DROP INDEX …", because: "slower", at: new Date().toISOString(), done: true };
  await documents.incidents.change(incident.incidentId, (current) => ({ ...current, rollBack }));
  await close({ ...runOf(incident), path: "rolledBack", because: "It did not help and was undone." });
  const [undone] = await remembered();
  expect(undone && [outcomeOf(undone), undone.path]).toEqual(["takenBack", "rolledBack"]);
  await remember(old);
  expect(await remembered()).toEqual([undone]);
});

test("a memory with fields of a later version is read, changed, and keeps them; one that cannot be read hides nobody", async () => {
  const incident = await aVerifiedIncident();
  const memory = aMemory({ serverId, incidentId: incident.incidentId, runId: incident.runId });
  await documents.documents.put(memoryAt(incident.runId), extended(memory));
  await documents.documents.put(memoryAt("unreadable"), { ...memory, cause: "a_cause_of_tomorrow" });
  expect(await remembered()).toMatchObject([{ incidentId: incident.incidentId }]);

  await closeIt(incident);
  const copy = memoryOf(await theIncident(incident.incidentId));
  expect(await stored(memoryAt(incident.runId))).toMatchObject({ ...later, endedAt: copy?.endedAt });
});

test("a reader is told how well confidence agreed with outcomes, on one server or on all", async () => {
  const incident = await aVerifiedIncident();
  await closeIt(incident);
  const ask = async (query: Record<string, string>): Promise<Calibration> =>
    Calibration.parse(
      bodyOf(await readCalibration(new HttpRequest({ url: "http://localhost/api", method: "GET", query }))),
    );
  expect(await ask({ serverId })).toMatchObject({ remembered: 1, judged: 1, confirmed: 1, brierScore: null });
  expect((await ask({})).remembered).toBeGreaterThan(1);
  expect(await ask({ serverId: "ledger" })).toMatchObject({ remembered: 0, judged: 0 });
});
