import { expect, test } from "vitest";
import type { Incident } from "../../../shared/contracts/incident.ts";
import type { Verification } from "../../../shared/contracts/outcome.ts";
import { outcomeOf } from "../../../shared/core/track-record.ts";
import { DAY_MS, later } from "../../../shared/core/time.ts";
import { ANN, anIncident, aProposal, NOW } from "../../support/incidents.ts";

const at = NOW.toISOString();
const proposal = aProposal();
const approved = {
  verdict: "approve",
  instructionId: null,
  decisionId: "dec-1",
  proposalId: proposal.proposalId,
  proposalHash: proposal.hash,
  by: ANN,
  decidedAt: at,
  reason: null,
} as const;
const measured = (verdict: Verification["verdict"]): Verification => ({
  basis: "measure",
  measure: "dead rows",
  before: 10,
  after: 1,
  goal: 5,
  verdict,
  because: "",
  window: 1,
  verifiedAt: at,
});
const aClosed = (wish: Partial<Incident>): Incident =>
  anIncident({
    proposal,
    decision: approved,
    state: "resolved",
    resolution: { path: "humanApproved", because: "", at },
    ...wish,
  });

test.each([
  { name: "an action that helped", incident: aClosed({ verification: measured("improved") }), result: "improved" },
  {
    name: "one that was taken back",
    incident: aClosed({
      state: "rolledBack",
      resolution: { path: "rolledBack", because: "", at },
      verification: measured("no_effect"),
      rollBack: { statement: "", because: "", at, done: true },
    }),
    result: "no_effect",
  },
  {
    name: "one that did harm and was taken back",
    incident: aClosed({
      state: "rolledBack",
      resolution: { path: "rolledBack", because: "", at },
      verification: measured("regressed"),
      rollBack: { statement: "", because: "", at, done: true },
    }),
    result: "regressed",
  },
  {
    name: "one that failed",
    incident: aClosed({ state: "failed", resolution: { path: "failed", because: "", at } }),
    result: "failed",
  },
  {
    name: "one that failed after a window that could not be judged",
    incident: aClosed({
      state: "failed",
      resolution: { path: "failed", because: "", at },
      verification: measured("inconclusive"),
    }),
    result: "failed",
  },
  {
    name: "harm that is not taken back yet",
    incident: aClosed({ state: "verifying", resolution: null, verification: measured("regressed") }),
    result: "regressed",
  },
  {
    name: "one that the guardrails stopped",
    incident: aClosed({ state: "handedOff", resolution: { path: "handedOff", because: "", at } }),
    result: "notCarriedOut",
  },
])("$name counts as $result", ({ incident, result }) => {
  expect(outcomeOf(incident)).toMatchObject({ serverId: "shop", decidedBy: "person", takesTwo: false, result, at });
});

test("what was measured after the end counts from when it was measured", () => {
  const verification = { ...measured("regressed"), verifiedAt: later(NOW, DAY_MS).toISOString() };
  expect(outcomeOf(aClosed({ verification }))).toMatchObject({ result: "regressed", at: verification.verifiedAt });
});

test("a look that a schedule asked for is told apart, until an alert joins it", () => {
  const [alert] = anIncident().alerts;
  if (alert === undefined) throw new Error("an incident has an alert");
  const look = { ...alert, alertId: "schedule/daily" };
  expect(outcomeOf(aClosed({ alerts: [look] }))).toMatchObject({ isAhead: true });
  expect(outcomeOf(aClosed({ alerts: [look, alert] }))).toMatchObject({ isAhead: false });
});

test.each([
  { name: "is still open", incident: anIncident({ proposal, decision: approved, state: "executing" }) },
  { name: "nobody agreed to", incident: aClosed({ decision: null }) },
  { name: "was skipped", incident: aClosed({ decision: { ...approved, verdict: "skip" } }) },
])("what $name counts as nothing", ({ incident }) => {
  expect(outcomeOf(incident)).toBeNull();
});
