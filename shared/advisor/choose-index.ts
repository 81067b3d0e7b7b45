import { adviseIndexes } from "./advise-indexes.ts";
import type { Advice, Limits, Workload } from "./advice.ts";
import type { Catalog } from "./catalog.ts";
import { SMALL_TABLE } from "./propose-candidates.ts";
import type { PlannerClone } from "./clone-protocol.ts";

export type { Advice, Choice, Gain, RejectedCandidate, WorkloadStatement } from "./advice.ts";

/** What an investigation asks of an index: it must halve some statement's plan. Room on the disk is the guardrails' question. */
export const OF_AN_INVESTIGATION: Limits = {
  smallTable: SMALL_TABLE,
  mostIndexes: 6,
  budgetBytes: Number.POSITIVE_INFINITY,
  costRatio: 0.5,
  leastShare: 0.02,
  insertSlowdown: Number.POSITIVE_INFINITY,
  weighBy: "time",
};

/** What a person is told who asks what a workload would gain from: a tenth of a plan's cost, and smaller tables too. */
export const OF_A_PERSON: Omit<Limits, "mostIndexes" | "budgetBytes" | "weighBy"> = {
  smallTable: { rows: 1_000, bytes: 2 ** 20 },
  costRatio: 0.9,
  leastShare: 0.003,
  insertSlowdown: Number.POSITIVE_INFINITY,
};

/** The indexes that explain an incident, if any: `choice` is the one that saves most by itself. */
export const chooseIndex = (clone: PlannerClone, catalog: Catalog, workload: Workload): Promise<Advice> =>
  adviseIndexes(clone, catalog, workload, OF_AN_INVESTIGATION);
