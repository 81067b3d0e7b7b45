// Messages that arrive before what they are about: another process wrote it, and this one does not see it yet.
import { afterAll, beforeAll, expect, test } from "vitest";
import { approvalReceived } from "../../../functions/approval-received.ts";
import { resume, start } from "../../../functions/run-requested.ts";
import { services } from "../../../functions/services.ts";
import type { Decision } from "../../../shared/contracts/decision.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import type { ApprovalMessage, TriggerMessage } from "../../../shared/contracts/messages.ts";
import { proposalIdOf } from "../../../shared/core/digest.ts";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { eventually } from "../../support/cloud.ts";
import { ANN, anIncident, aProposal, NOW } from "../../support/incidents.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
  const { COSMOS_ENDPOINT, COSMOS_KEY } = platform.documents.settings;
  Object.assign(process.env, { COSMOS_ENDPOINT, COSMOS_KEY, ServiceBus: platform.busConnectionString() });
  // What is sent here must stay where the test can see it.
  await platform.stopGently("host");
}, 90_000);
afterAll(() => platform?.stop());

const proposal = aProposal({ expiresAt: "2099-01-01T00:00:00.000Z" });
const { proposalId, hash: proposalHash } = proposal;
const decisionOf = (decisionId: string): Decision => ({
  verdict: "approve",
  instructionId: null,
  decisionId,
  proposalId,
  proposalHash,
  by: ANN,
  decidedAt: NOW.toISOString(),
  reason: null,
});
const waiting = (incidentId: string, decision: Decision | null): Incident =>
  anIncident({ incidentId, runId: `${incidentId}-r1`, state: "awaitingApproval", proposal, decision, outbox: [] });
const approvalOf = (incidentId: string, decisionId: string): ApprovalMessage => {
  const about = { incidentId, proposalId, proposalHash, decisionId, verdict: "approve", approver: ANN } as const;
  return { schemaVersion: 1, type: "approval", ...about };
};
const soon = (work: () => Promise<unknown>): Promise<unknown> =>
  new Promise((resolve) => setTimeout(resolve, 300)).then(work);

test("an approval that comes before its incident can be seen waits for it, and lets the run go on", async () => {
  const { incidents } = services();
  const written = soon(() => incidents.create(waiting("inc-late", decisionOf("dec-late"))));
  await approvalReceived(approvalOf("inc-late", "dec-late"));
  await written;
  expect(await platform.messages()).toContain("runs dec-late-resume");
});

test("one that comes before the decision can be seen waits for the decision", async () => {
  const { incidents } = services();
  await incidents.create(waiting("inc-undecided", null));
  const decision = decisionOf("dec-undecided");
  const decided = soon(() => incidents.change("inc-undecided", (incident) => ({ ...incident, decision })));
  await approvalReceived(approvalOf("inc-undecided", "dec-undecided"));
  await decided;
  expect(await platform.messages()).toContain("runs dec-undecided-resume");
});

test("what still cannot be seen is left to the broker, and never taken for done", async () => {
  await services().incidents.create(waiting("inc-open", null));
  await expect(approvalReceived(approvalOf("inc-open", "dec-open"))).rejects.toThrow("does not show yet");
  await expect(approvalReceived(approvalOf("inc-never", "dec-never"))).rejects.toThrow("does not show yet");
});

test("an approval of what was decided otherwise, or is over, is done at once", async () => {
  const { incidents } = services();
  await incidents.create(waiting("inc-other", decisionOf("dec-first")));
  await incidents.create({ ...waiting("inc-over", decisionOf("dec-over")), state: "resolved" });
  await approvalReceived(approvalOf("inc-other", "dec-second"));
  await approvalReceived(approvalOf("inc-over", "dec-over"));
  expect(await platform.messages()).not.toContain("runs dec-over-resume");
});

test("a message of a round that is over is done at once: its run has proposed again, and nobody decided that yet", async () => {
  const incidentId = "inc-again";
  const runId = `${incidentId}-r1`;
  const second = aProposal({ proposalId: proposalIdOf(runId, 2), round: 2, expiresAt: proposal.expiresAt });
  await services().incidents.create({ ...waiting(incidentId, null), proposal: second });
  const raised: string[] = [];
  const client = { raiseEvent: (id: string) => Promise.resolve(void raised.push(id)) };
  const about = { incidentId, runId, decisionId: "dec-round-1", fencingToken: 1 };
  const message = { schemaVersion: 1, type: "resume", ...about } as const;
  await resume({ ...message, round: 1 }, client);
  const late = { ...approvalOf(incidentId, "dec-round-1"), proposalId: proposalIdOf(runId, 1) };
  await approvalReceived(late);
  expect(raised).toEqual([]);
  expect(await platform.messages()).not.toContain("runs dec-round-1-resume");
  await expect(resume({ ...message, round: 2 }, client)).rejects.toThrow("does not show yet");
  await expect(approvalReceived({ ...late, proposalId: second.proposalId })).rejects.toThrow("does not show yet");
});

test("a trigger that comes before its incident can be seen starts its run once it is there", async () => {
  const { incidents } = services();
  const incident = anIncident({ incidentId: "inc-new" });
  const [trigger] = incident.outbox;
  if (trigger?.kind !== "message" || trigger.message.type !== "trigger") throw new Error("an incident begins so");
  const message: TriggerMessage = { ...trigger.message, incidentId: "inc-new" };
  const started: string[] = [];
  const client = {
    getStatus: () => Promise.reject(new Error("404")),
    startNew: (_name: string, options?: { instanceId?: string }) => {
      started.push(options?.instanceId ?? "");
      return Promise.resolve("");
    },
  };
  const written = soon(() => incidents.create(incident));
  await start(message, client);
  await written;
  expect(started).toEqual([message.runId]);
});

test("a message about what never comes is put aside after the broker's limit, where people see it", async () => {
  await platform.start("host");
  await services().messages.send("approvals", "early-never", approvalOf("inc-never", "dec-never"));
  await eventually(async () => ((await platform.messages()).includes("approvals (dead) early-never") ? true : null), {
    withinMs: 60_000,
    what: "the dead letter",
  });
  await platform.call("POST", "admin/functions/sweep");
  const letters = await eventually(
    async () => {
      const text = await (await platform.call("GET", "api/dead-letters")).text();
      return text.includes("dec-never") ? text : null;
    },
    { withinMs: 30_000, what: "the letter" },
  );
  expect(letters).toContain("MaxDeliveryCountExceeded");
});
