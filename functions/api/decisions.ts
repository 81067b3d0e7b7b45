import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { type Decision, DecisionRequest } from "../../shared/contracts/decision.ts";
import type { Incident, OutboxEntry } from "../../shared/contracts/incident.ts";
import type { Instruction } from "../../shared/contracts/instruction.ts";
import { derivedId } from "../../shared/core/digest.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { announced, audited, entryBy } from "../../shared/core/incident-writes.ts";
import { answer, invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { detailOf, incidentIn, unknownIncident } from "./incidents.ts";
import { actorOf, type Person } from "./principal.ts";

/** `POST /api/incidents/{incidentId}/decision`: approve once, or skip. */
export async function decide(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const incident = await incidentIn(request);
  if (incident === null) return unknownIncident();
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = DecisionRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const outcome = await writeDecision(incident.incidentId, person, { ...wish.data, instruction: null });
  return outcome.written ? answer(200, detailOf(outcome.incident)) : outcome.refusal;
}

export type Wish = DecisionRequest & { instruction: Instruction | null };
export type Written = { written: true; incident: Incident } | { written: false; refusal: HttpResponseInit };

/** Who is first decides: the decision, an instruction that comes with it, and the message are one write under the incident's ETag. */
export async function writeDecision(incidentId: string, person: Person, wish: Wish): Promise<Written> {
  const { incidents, outbox, now } = services();
  const moment = now();
  let refusal: HttpResponseInit | null = null;
  const incident = await incidents.change(incidentId, (current) => {
    refusal = refusalOf(current, wish, moment) ?? onePersonTwice(current, person, wish);
    if (refusal !== null) return null;
    return needsAnother(current, wish)
      ? approvedByOne(current, person, wish, moment)
      : decided(current, person, wish, moment);
  });
  if (refusal !== null) return { written: false, refusal };
  await outbox.tryRelay(incidentId);
  return { written: true, incident };
}

/** Why a decision cannot be taken; null when it can. The decision that stands is in the answer. */
export function refusalOf(
  { state, proposal, decision }: Incident,
  wish: Pick<Wish, "proposalId" | "proposalHash">,
  now: Date,
): HttpResponseInit | null {
  if (decision !== null && decision.proposalId === wish.proposalId) {
    return {
      ...problem(409, "already-decided", { title: "This was decided already", detail: JSON.stringify(decision) }),
    };
  }
  if (state === "expired" || (proposal !== null && Date.parse(proposal.expiresAt) <= now.getTime())) {
    return problem(410, "expired", {
      title: "The proposal has expired",
      detail: "Wait for the next alert, or open an incident by hand.",
    });
  }
  if (state !== "awaitingApproval" || proposal === null) {
    return problem(409, "nothing-to-decide", { title: `The incident is ${state}: there is nothing to decide` });
  }
  if (proposal.proposalId !== wish.proposalId || proposal.hash !== wish.proposalHash) {
    return problem(412, "proposal-changed", {
      title: "The proposal is not the one that you saw",
      detail: "Reload and look at it again.",
    });
  }
  return null;
}

const approvalsOf = ({ approvals }: Incident, { proposalId }: Pick<Wish, "proposalId">) =>
  approvals.filter((approval) => approval.proposalId === proposalId);

/** What destroys something or ends a session takes two different people: the last one decides. */
const needsAnother = (incident: Incident, wish: Wish): boolean =>
  wish.verdict === "approve" && approvalsOf(incident, wish).length + 1 < (incident.proposal?.approvalsNeeded ?? 1);

function onePersonTwice(incident: Incident, person: Person, wish: Wish): HttpResponseInit | null {
  const isSecond = approvalsOf(incident, wish).some(({ by }) => by.kind === "person" && by.userId === person.userId);
  if (wish.verdict !== "approve" || !isSecond) return null;
  return problem(409, "needs-another-person", {
    title: "You approved this already: another person must agree too",
    detail: "It destroys something or ends a session, which one person alone may not decide.",
  });
}

function approvedByOne(incident: Incident, person: Person, { proposalId }: Wish, now: Date): Incident {
  const by = actorOf(person);
  const at = now.toISOString();
  const entry = entryBy(by, "decision", `${person.name} approved it; another person must agree too.`, now);
  const key = `${proposalId}-approval-${approvalsOf(incident, { proposalId }).length + 1}`;
  return {
    ...noted(incident, entry),
    approvals: [...incident.approvals, { proposalId, by, at }],
    outbox: [...incident.outbox, audited("approved by one", at, { key, by })],
  };
}

function decided(incident: Incident, person: Person, wish: Wish, now: Date): Incident {
  const { proposalId, proposalHash, verdict, instruction } = wish;
  const decisionId = derivedId("dec", proposalId);
  const by = actorOf(person);
  const common = {
    decisionId,
    proposalId,
    proposalHash,
    by,
    decidedAt: now.toISOString(),
    reason: wish.reason ?? null,
  };
  const decision: Decision =
    verdict === "approve"
      ? { verdict, instructionId: instruction?.instructionId ?? null, ...common }
      : { verdict, ...common };
  const { incidentId } = incident;
  const approval = announced("approvals", `${decisionId}-approval`, {
    schemaVersion: 1,
    type: "approval",
    incidentId,
    proposalId,
    proposalHash,
    decisionId,
    verdict,
    approver: by,
  });
  // The instruction comes first: who sees the approval can rely on it.
  const effects: OutboxEntry[] = [
    audited("decided", common.decidedAt, { key: decisionId, verdict, by, proposalHash, instruction }),
    ...(instruction === null ? [] : [{ kind: "instruction" as const, instruction }]),
    approval,
  ];
  const entry = entryBy(by, "decision", textOf(verdict, person, instruction), now);
  return { ...noted(incident, entry), decision, outbox: [...incident.outbox, ...effects] };
}

function textOf(verdict: Wish["verdict"], { name }: Person, instruction: Instruction | null): string {
  if (verdict === "skip") return `${name} skipped the proposal.`;
  return instruction === null
    ? `${name} approved it once.`
    : `${name} approved it, and always allows: ${instruction.summary}`;
}
