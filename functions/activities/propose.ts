import type { Incident } from "../../shared/contracts/incident.ts";
import type { Instruction } from "../../shared/contracts/instruction.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run, StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { derivedId } from "../../shared/core/digest.ts";
import { mayPropose } from "../../shared/core/guardrails.ts";
import { announced, audited, entryBy, moved, ownEntry } from "../../shared/core/incident-writes.ts";
import { matchInstruction } from "../../shared/core/instruction-matching.ts";
import { DAY_MS, later, SECOND_MS } from "../../shared/core/time.ts";
import { buildProposal } from "../../shared/proposal/build-proposal.ts";
import { services } from "../services.ts";
import { keepServerUntil } from "./acquire-lock.ts";
import { attemptsOf } from "./execution-record.ts";
import { guardrailFacts, readAutonomy } from "./guardrail-facts.ts";
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
  const consent = decision?.by.kind === "instruction" ? "standing" : "needed";
  return { outcome: "proposed", proposalId, proposalHash, expiresAt, consent };
}

async function makeProposal(run: Run, incident: Incident, round: number): Promise<StepOutput<"propose"> | null> {
  const { incidents, settings, now } = services();
  const remedy = await theRemedy(run);
  const look = await lookAt(run, remedy.action);
  if (look.progress === "done") return { outcome: "gone", because: `${look.what} is as it should be by now` };
  // Consent to what somebody else is doing at this moment could only be refused later.
  if (look.progress === "running" && (await attemptsOf(run)).length === 0)
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
  const ruling = mayPropose(await guardrailFacts(run, proposal, look, "none"), moment);
  if (!ruling.allowed) return { outcome: "refused", because: ruling.reason };

  const instruction = await standingInstruction(run, proposal, moment);
  const audit = audited("proposed", moment.toISOString(), {
    key: proposal.proposalId,
    hash: proposal.hash,
    statement: proposal.statement,
    guardrails: ruling.reason,
    instruction: instruction?.instructionId ?? null,
  });
  const next = (current: Incident): Incident | null => {
    const recorded = { ...current, outbox: [...current.outbox, audit] };
    return instruction === null
      ? awaiting(recorded, run, proposal, moment)
      : allowed(recorded, proposal, instruction, moment);
  };
  // The run keeps the server for as long as the approval may take.
  await keepServerUntil(run, proposal.expiresAt);
  await incidents.change(run.incidentId, (current) => (current.proposal?.round === round ? null : next(current)));
  return null;
}

/** The first standing instruction that covers the action now. In the Shadow phase none does. */
async function standingInstruction(run: Run, proposal: ProposedAction, now: Date): Promise<Instruction | null> {
  const { instructions, incidents } = services();
  const { phase } = await readAutonomy();
  if (phase === "shadow") return null;
  const known = await instructions.understood(run.serverId);
  const { incidents: recent, unreadable } = await incidents.listReadable({
    since: later(now, -DAY_MS).toISOString(),
  });
  // How often an instruction was used today is not known then: a person decides.
  if (unreadable.length > 0) return null;
  const doneToday = (instructionId: string): number =>
    recent.filter(
      ({ decision, execution }) =>
        execution !== null && decision?.by.kind === "instruction" && decision.by.instructionId === instructionId,
    ).length;
  const { database } = proposal.blastRadius;
  return (
    known
      .toSorted((a, b) => (a.instructionId < b.instructionId ? -1 : 1))
      .find((instruction) => {
        const occasion = {
          serverId: run.serverId,
          database,
          proposal,
          doneToday: doneToday(instruction.instructionId),
        };
        return matchInstruction(instruction, occasion, now).matches;
      }) ?? null
  );
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
    fencingToken: incident.fencingToken,
  });
  const entry = ownEntry("proposal", `Proposed, and waiting for a person: ${proposal.statement}`, now);
  return moved(incident, { to: "awaitingApproval", entry, set: { proposal, decision: null }, outbox: [suspended] });
}

function allowed(incident: Incident, proposal: ProposedAction, instruction: Instruction, now: Date): Incident | null {
  const by = { kind: "instruction", instructionId: instruction.instructionId } as const;
  const { proposalId, hash: proposalHash } = proposal;
  const decision = {
    verdict: "approve",
    instructionId: instruction.instructionId,
    decisionId: derivedId("dec", proposalId),
    proposalId,
    proposalHash,
    by,
    decidedAt: now.toISOString(),
    reason: instruction.summary,
  } as const;
  const entry = entryBy(by, "decision", `A standing instruction allows it: ${proposal.statement}`, now);
  return moved(incident, { to: "executing", entry, set: { proposal, decision } });
}
