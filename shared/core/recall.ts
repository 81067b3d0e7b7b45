import type { Memory, PastOutcome, Recalled } from "../contracts/memory.ts";
import type { ActionKind, Cause } from "../contracts/taxonomy.ts";
import { outcomeOf } from "./memory.ts";
import { inWords as remembered } from "./memory-words.ts";
import { DAY_MS } from "./time.ts";

/** The answer that is being found, by the features that memories are compared with. */
export type Present = {
  incidentId: string;
  fingerprint: string | null;
  cause: Cause | null;
  table: string | null;
  action: { kind: ActionKind; target: string } | null;
  metric: string | null;
};

/**
 * What two runs have in common, the most telling first. Each weighs more than all that come after it together, whence powers of two: a
 * memory of the same thing always comes before one that merely shares several lesser features. There is nothing to tune in it.
 */
const FEATURES = [
  {
    weight: 16,
    why: "The same cause in the same place",
    holds: (memory: Memory, { fingerprint }: Present) => fingerprint !== null && memory.fingerprint === fingerprint,
  },
  {
    weight: 8,
    why: "The same cause on the same table",
    holds: (memory: Memory, { cause, table }: Present) => isSame(memory.cause, cause) && isSame(memory.table, table),
  },
  {
    weight: 4,
    why: "The same cause on this server",
    holds: (memory: Memory, { cause }: Present) => isSame(memory.cause, cause),
  },
  {
    weight: 2,
    why: "The same kind of action",
    holds: (memory: Memory, { action }: Present) => isSame(memory.action?.kind ?? null, action?.kind ?? null),
  },
  {
    weight: 1,
    why: "The same alert",
    holds: (memory: Memory, { metric }: Present) => isSame(memory.alert.metric, metric),
  },
] as const;
const WHOLE = FEATURES.reduce((sum, { weight }) => sum + weight, 0);

const isSame = <T>(past: T | null, present: T | null): boolean => past !== null && past === present;

/**
 * After so many days a memory counts half: schema and load of an application change over months, and a quarter is a judgement, not a
 * measurement.
 */
const HALF_LIFE_DAYS = 90;

/** A run that was judged by figures says more than one that was not: it counts whole, the other half. A judgement as well. */
const UNJUDGED = 0.5;
const JUDGED: readonly PastOutcome[] = ["helped", "failed", "takenBack"];

/** So many are shown: more than a person reads at three in the morning would hide the first. */
const MOST_RECALLED = 5;

export type Match = { memory: Memory; outcome: PastOutcome; similarity: number; recency: number; why: string };

/** 0–1: the share of the features' weight that a memory has in common with the present. */
export const similarityOf = (memory: Memory, present: Present): number =>
  FEATURES.reduce((sum, { weight, holds }) => sum + (holds(memory, present) ? weight : 0), 0) / WHOLE;

/** 1 for what ended just now, half of it after each {@link HALF_LIFE_DAYS}. */
export const recencyOf = ({ endedAt }: Pick<Memory, "endedAt">, now: Date): number =>
  2 ** (-Math.max(0, now.getTime() - Date.parse(endedAt)) / (HALF_LIFE_DAYS * DAY_MS));

/**
 * Memories that have something in common with the present, the most telling first: by similarity, recency and whether they were judged.
 * The order does not depend on the order in which they are given. The run's own memory is none.
 */
export function matches(memories: readonly Memory[], present: Present, now: Date): Match[] {
  const found = memories.flatMap((memory): Match[] => {
    const why = FEATURES.find(({ holds }) => holds(memory, present))?.why;
    if (why === undefined || memory.incidentId === present.incidentId) return [];
    const outcome = outcomeOf(memory);
    return [{ memory, outcome, similarity: similarityOf(memory, present), recency: recencyOf(memory, now), why }];
  });
  return found.toSorted((a, b) => rank(b) - rank(a) || comesBefore(a.memory, b.memory));
}

const rank = ({ similarity, recency, outcome }: Match): number =>
  similarity * recency * (JUDGED.includes(outcome) ? 1 : UNJUDGED);

const comesBefore = (a: Memory, b: Memory): number => {
  if (a.endedAt !== b.endedAt) return a.endedAt > b.endedAt ? -1 : 1;
  return a.runId < b.runId ? -1 : 1;
};

/** The few memories that a person is shown, each with why it was recalled and what came of it. */
export const recall = (found: readonly Match[]): Recalled[] =>
  found.slice(0, MOST_RECALLED).map(({ memory, outcome, similarity, why }) => ({
    incidentId: memory.incidentId,
    at: memory.endedAt,
    outcome,
    similarity: thousandths(similarity),
    because: `${why} on ${memory.endedAt.slice(0, 10)}: ${remembered(memory)}.`,
  }));

/** Observations that the confidence without memory counts for: as many as in Laplace's rule of succession. */
const PRIOR_OBSERVATIONS = 2;

/**
 * The share of comparable past outcomes in which the action that this cause asks for was verified as improved; null where none is known.
 * Comparable is the same kind of action for the same cause, and judged: each counts by its similarity and its age. It is the mean of a
 * Beta distribution after those outcomes (Gelman et al., Bayesian Data Analysis, section 2.4), whose mean before them is `prior`, the
 * confidence without memory. So a success never lowers confidence, a failure never raises it, and little experience moves it little.
 */
export function retrievalOf(found: readonly Match[], { cause, action }: Present, prior: number): number | null {
  const comparable = found.filter(
    ({ memory, outcome }) =>
      isSame(memory.cause, cause) &&
      isSame(memory.action?.kind ?? null, action?.kind ?? null) &&
      JUDGED.includes(outcome),
  );
  if (comparable.length === 0) return null;
  let observations = PRIOR_OBSERVATIONS;
  let successes = PRIOR_OBSERVATIONS * prior;
  for (const { similarity, recency, outcome } of comparable) {
    observations += similarity * recency;
    if (outcome === "helped") successes += similarity * recency;
  }
  return thousandths(successes / observations);
}

const thousandths = (share: number): number => Math.round(share * 1_000) / 1_000;
