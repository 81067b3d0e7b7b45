import type { Incident } from "../../shared/contracts/incident.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run, StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { derivedId } from "../../shared/core/digest.ts";
import { mayPropose, reasonNotToAct } from "../../shared/core/guardrails.ts";
import { announced, audited, entryBy, moved, ownEntry } from "../../shared/core/incident-writes.ts";
import { isAheadOfAlerts } from "../../shared/core/schedules.ts";
import { SECOND_MS } from "../../shared/core/time.ts";
import { buildProposal } from "../../shared/proposal/build-proposal.ts";
import { services } from "../services.ts";
import { keepServerUntil } from "./acquire-lock.ts";
import { attemptsOf } from "./attempts.ts";
import { type EarlyConsent, earlyConsent } from "./early-consent.ts";
import { guardrailFacts } from "./guardrail-facts.ts";
import { theIncident, theRemedy } from "./subject.ts";
import { lookAt } from "./target.ts";

/** Makes the one typed action of this round, asks the guardrails, and looks for consent given early. Repeating it answers the first result. */
export async function propose(input: StepInput<"propose">): Promise<StepOutput<"propose">> {
  const { round, ...run } = input;
  const { outbox } = services();
  const before = await theIncident(run);
  if (before.proposal?.round !== round) {
    const refusal = await makeProposal(run, before, round);
    if (refusal !== null) return refusal;
  }
  await outbox.tryRelay(run.incidentId);
  const { proposal, decision } = await theIncident(run);
  if (proposal === null) throw new Error(`the incident ${run.incidentId} lost its proposal`);
  const { proposalId, hash: proposalHash, expiresAt } = proposal;
  const consent = decision === null || decision.by.kind === "person" ? "needed" : "standing";
  return { outcome: "proposed", proposalId, proposalHash, expiresAt, consent };
}

async function makeProposal(run: Run, incident: Incident, round: number): Promise<StepOutput<"propose"> | null> {
  const { incidents, settings, now } = services();
  const remedy = await theRemedy(run);
  const look = await lookAt(run, remedy.action);
  if (look.progress === "done") return { outcome: "gone", because: `${look.what} is as it should be by now` };
  // Consent to what somebody else is doing at this moment could only be refused later.
  if (look.progress === "running" && (await attemptsOf(run, "attempt")).length === 0)
    return { outcome: "gone", because: `somebody else is at work on ${look.what} right now` };
  const moment = now();
  const proposal = buildProposal(
    {
      remedy,
      look,
      runId: run.runId,
      round,
      evidenceIds: incident.diagnosis?.evidence.map(({ id }) => id) ?? [],
      expiresInMs: settings.PGMEDIC_PROPOSAL_EXPIRY_SECONDS * SECOND_MS,
    },
    moment,
  );
  const facts = await guardrailFacts(run, proposal, look, "none");
  const ruling = mayPropose(facts, moment);
  if (!ruling.allowed) return { outcome: "refused", because: ruling.reason };
  const still = reasonNotToAct(facts);
  if (still !== null) {
    const advice = facts.level === 0 ? "" : `; it would be: ${proposal.statement}`;
    return { outcome: "refused", because: `${still}${advice}` };
  }

  const given = await earlyConsent(run, proposal, facts);
  const audit = audited("proposed", moment.toISOString(), {
    key: proposal.proposalId,
    hash: proposal.hash,
    statement: proposal.statement,
    guardrails: ruling.reason,
    instruction: given?.instructionId ?? null,
    givenEarly: given?.reason ?? null,
    facts,
  });
  const next = (current: Incident): Incident | null => {
    const recorded = { ...current, outbox: [...current.outbox, audit] };
    return given === null ? awaiting(recorded, run, proposal, moment) : allowed(recorded, proposal, given, moment);
  };
  // The run keeps the server for as long as the approval may take. What nobody complained of keeps nobody else waiting.
  if (!facts.isAhead) await keepServerUntil(run, proposal.expiresAt);
  await incidents.change(run.incidentId, (current) => (current.proposal?.round === round ? null : next(current)));
  return null;
}

function awaiting(incident: Incident, run: Run, proposal: ProposedAction, now: Date): Incident | null {
  const { incidentId, serverId, runId } = run;
  const suspended = announced("run-events", `${proposal.proposalId}-suspended`, {
    schemaVersion: 1,
    type: "suspended",
    incidentId,
    serverId,
    runId,
    proposalId: proposal.proposalId,
    proposalHash: proposal.hash,
    expiresAt: proposal.expiresAt,
    fencingToken: isAheadOfAlerts(incident) ? null : incident.fencingToken,
  });
  const entry = ownEntry("proposal", `Proposed, and waiting for a person: ${proposal.statement}`, now);
  return moved(incident, { to: "awaitingApproval", entry, set: { proposal, decision: null }, outbox: [suspended] });
}

function allowed(incident: Incident, proposal: ProposedAction, given: EarlyConsent, now: Date): Incident | null {
  const { by, instructionId, reason } = given;
  const { proposalId, hash: proposalHash } = proposal;
  const decision = {
    verdict: "approve",
    instructionId,
    decisionId: derivedId("dec", proposalId),
    proposalId,
    proposalHash,
    by,
    decidedAt: now.toISOString(),
    reason,
  } as const;
  const entry = entryBy(by, "decision", `${given.name} allows it: ${proposal.statement}`, now);
  return moved(incident, { to: "executing", entry, set: { proposal, decision } });
}
