import type { Memory, RememberedEffect } from "../contracts/memory.ts";
import type { ResolutionPath } from "../contracts/outcome.ts";
import { outcomeOf } from "./memory.ts";

/** Why nothing was carried out, or what became of the run apart from its action. */
const ENDINGS: Record<ResolutionPath, string> = {
  humanApproved: "it was approved",
  autonomous: "an instruction allowed it",
  handedOff: "it was handed to a person",
  noAction: "nothing was done",
  selfResolved: "it went away by itself",
  skipped: "a person skipped the proposal",
  expired: "nobody decided in time",
  failed: "the run failed",
  rolledBack: "it was taken back",
};

/** What was done and what came of it: `create index on public.orders(customer_id) helped, 206 ms → 0.12 ms`. */
export function inWords(memory: Memory): string {
  const { action, effect, path, verdict } = memory;
  const outcome = outcomeOf(memory);
  if (outcome === "notNeeded") return verdict === "expected" ? "the load was meant to be there" : "nothing was wrong";
  const done = action === null ? null : deedOf(action);
  const figures = effect === null ? "" : `, ${figuresOf(effect)}`;
  switch (outcome) {
    case "notDone":
      return done === null ? ENDINGS[path] : `${done} was proposed, and ${ENDINGS[path]}`;
    case "helped":
      return `${done ?? "it"} helped${figures}`;
    case "takenBack":
      return `${done ?? "it"} did not help and was taken back${figures}`;
    case "failed":
      return `${done ?? "it"} ${effect?.verdict === "regressed" ? "made it worse" : "did not help"}${figures}`;
    case "unproven":
      return `${done ?? "it"} was kept without proof${figures}`;
  }
}

/** `create index on public.orders(customer_id)`. */
export const deedOf = ({ kind, target }: NonNullable<Memory["action"]>): string =>
  `${kind.replaceAll("_", " ")} on ${target}`;

/** The figures before and after: `206 ms → 0.12 ms`. */
export function figuresOf(effect: RememberedEffect): string {
  if (effect.basis === "measure")
    return `${effect.measure} ${figure(effect.value.before)} → ${figure(effect.value.after)}`;
  return `${figure(effect.meanMs.before)} ms → ${figure(effect.meanMs.after)} ms`;
}

const figure = (value: number): string => String(Math.abs(value) >= 10 ? Math.round(value) : Number(value.toFixed(2)));
