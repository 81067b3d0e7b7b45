import type { Incident } from "../../shared/contracts/incident.ts";
import type { Instruction } from "../../shared/contracts/instruction.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { type Match, takeUse } from "../../shared/core/instruction-matching.ts";
import type { Look } from "../../shared/execution/look.ts";
import { services } from "../services.ts";
import { readAutonomy } from "./guardrail-facts.ts";

/** The first standing instruction that covers the action now; the run counts as a use of it. In the Shadow phase none does. */
export async function standingInstruction(run: Run, proposal: ProposedAction): Promise<Instruction | null> {
  const { phase } = await readAutonomy();
  if (phase === "shadow") return null;
  const known = await services().instructions.understood(run.serverId);
  for (const instruction of known.toSorted((a, b) => (a.instructionId < b.instructionId ? -1 : 1)))
    if ((await allows(instruction, run, proposal)).matches) return instruction;
  return null;
}

/**
 * Why the instruction that allowed an action does not allow it any more, with the server as it is now; null when it still does, or when a
 * person decided. Between the two may lie days in which the run waited.
 */
export async function lapsedInstruction(
  run: Run,
  { proposal, decision }: Incident,
  look: Look,
): Promise<string | null> {
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
