// An approved run may wait for its server for days; the sweep comes by every minute.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { sweepOnce } from "../../../functions/sweep.ts";
import type { Decision } from "../../../shared/contracts/decision.ts";
import { ANN, anIncident, aProposal, NOW } from "../../support/incidents.ts";
import { startDocuments } from "../../support/steps.ts";

let documents: Awaited<ReturnType<typeof startDocuments>>;
let isGone = false;
const raised: string[] = [];
const runs = {
  getStatus: () =>
    isGone ? Promise.reject(new Error("404")) : Promise.resolve({ runtimeStatus: "Running" } as unknown as never),
  startNew: () => Promise.resolve(""),
  raiseEvent: (runId: string) => Promise.resolve(void raised.push(runId)),
};
const quiet = { log: () => {}, warn: () => {}, error: () => {} };
const sweepBy = async (sweep: typeof sweepOnce): Promise<void> => sweep(runs, quiet, { limitMs: 2_000, atOnce: 4 });

beforeAll(async () => {
  documents = await startDocuments();
});
afterAll(() => documents.stopAll());
beforeEach(() => {
  raised.length = 0;
  isGone = false;
});

async function anApprovedWait(incidentId: string): Promise<string> {
  const proposal = aProposal({ expiresAt: "2099-01-01T00:00:00.000Z" });
  const { proposalId, hash: proposalHash } = proposal;
  const said = { verdict: "approve", instructionId: null, decisionId: `dec-${incidentId}`, by: ANN } as const;
  const decision: Decision = { ...said, proposalId, proposalHash, decidedAt: NOW.toISOString(), reason: null };
  const runId = `${incidentId}-r1`;
  const state = "awaitingApproval";
  await documents.incidents.create(anIncident({ incidentId, runId, state, proposal, decision, outbox: [] }));
  return runId;
}
const raisedFor = (runId: string): number => raised.filter((one) => one === runId).length;

test("three sweeps tell a waiting run its decision once, and those of a new process once more", async () => {
  const runId = await anApprovedWait("inc-waits");
  for (const _ of [1, 2, 3]) await sweepBy(sweepOnce);
  expect(raisedFor(runId)).toBe(1);
  vi.resetModules();
  const { sweepOnce: another } = await import("../../../functions/sweep.ts");
  for (const _ of [1, 2]) await sweepBy(another);
  expect(raisedFor(runId)).toBe(2);
});

test("a run that had vanished and is begun again is told its decision again", async () => {
  const runId = await anApprovedWait("inc-vanishes");
  await sweepBy(sweepOnce);
  isGone = true;
  await sweepBy(sweepOnce);
  expect(raisedFor(runId)).toBe(2);
});

test("what could not be raised is raised by the next sweep", async () => {
  const runId = await anApprovedWait("inc-away");
  const spy = vi.spyOn(runs, "raiseEvent").mockRejectedValueOnce(new Error("the host is away"));
  for (const _ of [1, 2, 3]) await sweepBy(sweepOnce);
  spy.mockRestore();
  expect(raisedFor(runId)).toBe(1);
});
