import { relationOf } from "../contracts/actions.ts";
import type { Instruction, InstructionUses, InstructionWindow, Weekday } from "../contracts/instruction.ts";
import type { ProposedAction } from "../contracts/proposal.ts";
import { DAY_MS } from "./time.ts";

/** What an instruction is held against. `doneToday` counts the runs that it allowed to act in the last 24 hours. */
export type Occasion = {
  serverId: string;
  database: string;
  proposal: Pick<ProposedAction, "action" | "riskClass" | "blastRadius">;
  doneToday: number;
};
export type Match = { matches: true } | { matches: false; because: string };

const WEEKDAYS: readonly Weekday[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const no = (because: string): Match => ({ matches: false, because });

/** Whether a standing instruction covers an action at a moment. Every limit must hold; R3 and R4 are never covered. */
export function matchInstruction(instruction: Instruction, occasion: Occasion, now: Date): Match {
  const { action, riskClass, blastRadius } = occasion.proposal;
  if (instruction.revoked !== null) return no("it was revoked");
  if (Date.parse(instruction.expiresAt) <= now.getTime()) return no("it has expired");
  if (riskClass === "R3" || riskClass === "R4") return no(`${riskClass} always needs a person`);
  if (instruction.kind !== action.kind) return no(`it allows ${instruction.kind}, not ${action.kind}`);
  const outside = outOfScope(instruction, occasion);
  if (outside !== null) return no(outside);
  if (blastRadius.tableBytes > instruction.maxTableBytes) return no("the table is larger than it allows");
  if (!isWithin(instruction.window, now)) return no("it does not hold at this time");
  if (occasion.doneToday >= instruction.maxPerDay) return no(`its ${instruction.maxPerDay} a day are used up`);
  return { matches: true };
}

export type UseAsked = Omit<Occasion, "doneToday"> & { runId: string };

/**
 * Asks an instruction for a run, and counts it among those that were allowed: `next` is what it allowed lately then, null when nothing
 * changes. A run counts once, from the moment at which it asked last: between its decision and its action may lie days. A use is never
 * given back: who decided and did not act may still have begun to.
 */
export function takeUse(
  instruction: Instruction,
  { uses }: InstructionUses,
  { runId, ...occasion }: UseAsked,
  now: Date,
): { next: InstructionUses | null; answer: Match } {
  const others = uses.filter((use) => use.runId !== runId && Date.parse(use.at) > now.getTime() - DAY_MS);
  const answer = matchInstruction(instruction, { ...occasion, doneToday: others.length }, now);
  return { next: answer.matches ? { uses: [...others, { runId, at: now.toISOString() }] } : null, answer };
}

function outOfScope({ scope }: Instruction, { serverId, database, proposal }: Occasion): string | null {
  const { schema, table } = relationOf(proposal.action) ?? { schema: null, table: null };
  if (scope.serverId !== "*" && scope.serverId !== serverId) return "it is for another server";
  if (scope.database !== null && scope.database !== database) return "it is for another database";
  if (scope.schema !== null && scope.schema !== schema) return "it is for another schema";
  if (scope.table !== null && scope.table !== table) return "it is for another table";
  return null;
}

/** Whether a moment lies in a window, in UTC. A window that spans midnight belongs to the day on which it opens. */
export function isWithin(window: InstructionWindow, now: Date): boolean {
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const from = minuteOf(window.from);
  const to = minuteOf(window.to);
  const today = now.getUTCDay();
  if (from === to) return opensOn(window, today);
  if (from < to) return opensOn(window, today) && minute >= from && minute < to;
  return (opensOn(window, today) && minute >= from) || (opensOn(window, (today + 6) % 7) && minute < to);
}

const opensOn = (window: InstructionWindow, day: number): boolean => {
  const name = WEEKDAYS[day];
  return name !== undefined && window.days.includes(name);
};

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
