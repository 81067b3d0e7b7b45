import { z } from "zod";
import type { TimelineEntry } from "../../shared/contracts/incident.ts";
import { Id, Instant } from "../../shared/contracts/primitives.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { ownEntry } from "../../shared/core/incident-writes.ts";
import { services } from "../services.ts";

export const MAXIMUM_ATTEMPTS = 3;
/** A server's own words are told so far. */
const LONGEST_REASON = 300;

/** What a run tries, each counted by itself: its action, clearing what a broken build of it left, and the way back. */
type Tried = "attempt" | "leftover" | "undo";
const Attempt = z.strictObject({ incidentId: Id, startedAt: Instant });

/** Counts an attempt before it is made, so that a killed one counts too. */
export async function countAttempt(run: Run, tried: Tried): Promise<void> {
  const { incidents, now } = services();
  const number = (await attemptsOf(run, tried)).length + 1;
  await incidents.keepOnce(run.incidentId, `${tried}-${run.runId}-${number}`, { startedAt: now().toISOString() });
}

/** When this run began each of its attempts, the first one first. */
export async function attemptsOf({ incidentId, runId }: Run, tried: Tried): Promise<string[]> {
  const attempts: string[] = [];
  for (;;) {
    const kept = await services().incidents.kept(incidentId, `${tried}-${runId}-${attempts.length + 1}`, Attempt);
    if (kept === null) return attempts;
    attempts.push(kept.startedAt);
  }
}

const WORDS: Record<Tried, string> = { attempt: "", leftover: " to clear what it left", undo: " to undo it" };

/** Tells on the timeline that an attempt failed, and answers how many there were. */
export async function tellFailedAttempt(run: Run, tried: Tried, because: string): Promise<number> {
  const { length } = await attemptsOf(run, tried);
  const reason = because.replaceAll(/\s+/g, " ").slice(0, LONGEST_REASON);
  const text = `Attempt ${length} of ${MAXIMUM_ATTEMPTS}${WORDS[tried]} failed: ${reason}`;
  await tell(run, tried === "undo" ? "rollBack" : "execution", text);
  return length;
}

/** A line of the timeline; a repeated step does not tell it twice. */
export async function tell(run: Run, kind: TimelineEntry["kind"], text: string): Promise<void> {
  const { incidents, now } = services();
  await incidents.change(run.incidentId, (current) =>
    current.timeline.at(-1)?.text === text ? null : noted(current, ownEntry(kind, text, now())),
  );
}
