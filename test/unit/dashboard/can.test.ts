import { expect, test } from "vitest";
import { can } from "../../../static-web/src/can.ts";
import type { Principal } from "../../../static-web/src/principal.ts";
import { aProposal, anIncident, aResolvedIncident } from "../../support/dashboard/data.ts";

const now = new Date();
const as = (...roles: Principal["roles"]): Principal => ({ userId: "ada", name: "Ada", roles });
const operator = as("reader", "operator");

test("an operator may approve, skip and always allow an R2 proposal that waits", () => {
  const incident = anIncident();
  expect(can.approve(incident, operator, now).allowed).toBe(true);
  expect(can.skip(incident, operator, now).allowed).toBe(true);
  expect(can.alwaysAllow(incident, operator, now).allowed).toBe(true);
});

test("a reader may decide nothing and is told which role is missing", () => {
  const incident = anIncident();
  for (const choice of [can.approve, can.skip, can.alwaysAllow]) {
    const { allowed, because } = choice(incident, as("reader"), now);
    expect(allowed).toBe(false);
    expect(because).toContain("operator role");
  }
});

test("an expired, a decided and an absent proposal say so", () => {
  const expired = anIncident({ proposal: aProposal({ expiresAt: new Date(now.getTime() - 1).toISOString() }) });
  expect(can.approve(expired, operator, now).because).toContain("expired");
  expect(can.approve(aResolvedIncident(), operator, now).because).toContain("approved already");
  expect(can.approve(anIncident({ proposal: null }), operator, now).because).toContain("no proposal");
  expect(can.skip(anIncident({ state: "executing" }), operator, now).because).toContain("not waiting");
});

test("a decision about an earlier round does not stop the one about the new proposal", () => {
  const { decision } = aResolvedIncident();
  const asked = anIncident({ decision, proposal: aProposal({ proposalId: "prop-2", round: 2 }) });
  expect(can.approve(asked, operator, now).allowed).toBe(true);
});

test("an R3 action can be approved once, never always; R4 is advice only", () => {
  const severe = anIncident({ proposal: aProposal({ riskClass: "R3" }) });
  expect(can.approve(severe, operator, now).allowed).toBe(true);
  expect(can.alwaysAllow(severe, operator, now).because).toContain("always need a person");
  expect(can.approve(anIncident({ proposal: aProposal({ riskClass: "R4" }) }), operator, now).allowed).toBe(false);
});

test("what takes two people says who is missing, and refuses the same person twice", () => {
  const proposal = aProposal({ riskClass: "R3", approvalsNeeded: 2 });
  const first = anIncident({ proposal });
  expect(can.approve(first, operator, now)).toMatchObject({ allowed: true, because: expect.stringContaining("first") });
  const by = { kind: "person", userId: "ada", name: "Ada" } as const;
  const second = anIncident({ proposal, approvals: [{ proposalId: proposal.proposalId, by, at: now.toISOString() }] });
  expect(can.approve(second, operator, now).because).toContain("another person");
  expect(can.approve(second, { ...operator, userId: "bob" }, now).allowed).toBe(true);
});

test("an instruction is confirmed only once every question is answered", () => {
  expect(can.confirm({ step: "scope", summary: null }, operator).because).toContain("questions");
  expect(can.confirm({ step: "summary", summary: "PgMedic may …" }, operator).allowed).toBe(true);
  expect(can.confirm({ step: "confirmed", summary: "PgMedic may …" }, operator).allowed).toBe(false);
});

test("the kill switch is for admins", () => {
  expect(can.useKillSwitch(operator).because).toContain("admin role");
  expect(can.useKillSwitch(as("reader", "operator", "admin")).allowed).toBe(true);
});
