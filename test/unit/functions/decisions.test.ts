import { expect, test } from "vitest";
import { refusalOf } from "../../../functions/api/decisions.ts";
import type { Decision } from "../../../shared/contracts/decision.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { later, SECOND_MS } from "../../../shared/core/time.ts";
import { ANN, anIncident, aProposal, NOW } from "../../support/incidents.ts";

const proposal = aProposal();
const WISH = { proposalId: proposal.proposalId, proposalHash: proposal.hash };
const waiting = (wish: Partial<Incident> = {}): Incident =>
  anIncident({ state: "awaitingApproval", proposal, ...wish });
const decision: Decision = {
  verdict: "skip",
  decisionId: "dec-1",
  ...WISH,
  by: ANN,
  decidedAt: NOW.toISOString(),
  reason: null,
};
const statusOf = (incident: Incident, wish = WISH, now = NOW): number | undefined =>
  refusalOf(incident, wish, now)?.status;

test("a waiting proposal that is named with its hash may be decided", () => {
  expect(refusalOf(waiting(), WISH, NOW)).toBeNull();
});

test("what was decided already is refused with the decision that stands, also after it was carried out", () => {
  expect(statusOf(waiting({ decision }))).toBe(409);
  expect(statusOf(waiting({ decision, state: "dismissed" }))).toBe(409);
});

test("a proposal is gone from the millisecond on that it expires", () => {
  const expiry = new Date(proposal.expiresAt);
  expect(statusOf(waiting(), WISH, later(expiry, -1))).toBeUndefined();
  expect(statusOf(waiting(), WISH, expiry)).toBe(410);
  expect(statusOf(waiting({ state: "expired" }), WISH, later(NOW, -SECOND_MS))).toBe(410);
});

test("another proposal, or the same one with another content, is refused as changed", () => {
  expect(statusOf(waiting(), { ...WISH, proposalId: "prop-2" })).toBe(412);
  expect(statusOf(waiting(), { ...WISH, proposalHash: "0".repeat(64) })).toBe(412);
});

test("an incident without a proposal, or past its decision, has nothing to decide", () => {
  expect(statusOf(anIncident({ state: "investigating" }))).toBe(409);
  expect(statusOf(waiting({ state: "executing" }))).toBe(409);
});
