import type { Incident } from "../../shared/contracts/incident.ts";
import type { Instruction } from "../../shared/contracts/instruction.ts";
import type { Actor } from "../../shared/contracts/primitives.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { type GuardrailFacts, reasonToAsk } from "../../shared/core/guardrails.ts";
import { type Match, takeUse } from "../../shared/core/instruction-matching.ts";
import type { Look } from "../../shared/execution/look.ts";
import { evaluateGraduation } from "../graduation.ts";
import { services } from "../services.ts";
import { readAutonomy } from "./guardrail-facts.ts";

/** Consent that was there before the action was: a person's instruction, or what the record has earned where a person allows it. */
export type EarlyConsent = {
  by: Extract<Actor, { kind: "instruction" | "pgmedic" }>;
  instructionId: string | null;
  /** For the decision's record. */
  reason: string;
  /** What it is, at the beginning of a sentence. */
  name: string;
};

/** Whose consent a decision is. */
export const CONSENT_BY: Record<Actor["kind"], "person" | "instruction" | "autonomy"> = {
  person: "person",
  instruction: "instruction",
  pgmedic: "autonomy",
};

/** The consent under which an action that the guardrails allow may be carried out with nobody asked; null when a person must be. */
export async function earlyConsent(
  run: Run,
  proposal: ProposedAction,
  facts: GuardrailFacts,
): Promise<EarlyConsent | null> {
  if (reasonToAsk(facts, "instruction") !== null) return null;
  const instruction = await standingInstruction(run, proposal);
  if (instruction !== null) {
    const { instructionId, summary } = instruction;
    return {
      by: { kind: "instruction", instructionId },
      instructionId,
      reason: summary,
      name: "A standing instruction",
    };
  }
  if (facts.level < 4) return null;
  const graduation = await evaluateGraduation();
  const { phase } = await readAutonomy();
  if (reasonToAsk({ ...facts, phase }, "autonomy") !== null) return null;
  const record = (graduation?.criteria ?? []).map(({ basis }) => basis).join("; ");
  const { level, area, riskClass, severity } = facts;
  const rule = facts.isAhead ? "Predictive phase" : "Autonomous phase";
  const reason = `${rule}, level ${level} for ${area}, ${riskClass} at ${severity}: ${record}`;
  return { by: { kind: "pgmedic" }, instructionId: null, reason: reason.slice(0, 500), name: `The ${rule}` };
}

/** The first standing instruction that covers the action now; the run counts as a use of it. */
async function standingInstruction(run: Run, proposal: ProposedAction): Promise<Instruction | null> {
  const known = await services().instructions.understood(run.serverId);
  for (const instruction of known.toSorted((a, b) => (a.instructionId < b.instructionId ? -1 : 1)))
    if ((await allows(instruction, run, proposal)).matches) return instruction;
  return null;
}

/**
 * Why the consent given early does not cover an action any more, with the server and the record as they are now; null when it still does,
 * or when a person decided. Between the two may lie days in which the run waited.
 */
export async function lapsedConsent(
  run: Run,
  incident: Incident,
  look: Look,
  facts: GuardrailFacts,
): Promise<string | null> {
  if (facts.consent !== "instruction" && facts.consent !== "autonomy") return null;
  return reasonToAsk(facts, facts.consent) ?? lapsedInstruction(run, incident, look);
}

async function lapsedInstruction(run: Run, { proposal, decision }: Incident, look: Look): Promise<string | null> {
  if (proposal === null || decision?.by.kind !== "instruction") return null;
  const { instructionId } = decision.by;
  const known = await services().instructions.understood(run.serverId);
  const instruction = known.find((one) => one.instructionId === instructionId);
  const tableBytes = look.table?.bytes ?? proposal.blastRadius.tableBytes;
  const asItIs = { ...proposal, blastRadius: { ...proposal.blastRadius, tableBytes } };
  const match: Match =
    instruction === undefined ? { matches: false, because: "it is gone" } : await allows(instruction, run, asItIs);
  return match.matches ? null : `the standing instruction does not cover it any more: ${match.because}`;
}

function allows(instruction: Instruction, { runId, serverId }: Run, proposal: ProposedAction): Promise<Match> {
  const { instructions, now } = services();
  const asked = { runId, serverId, database: proposal.blastRadius.database, proposal };
  return instructions.changeUses(instruction.instructionId, (known) => takeUse(instruction, known, asked, now()));
}
