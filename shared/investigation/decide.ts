import { CAUSES } from "./causes/index.ts";
import { INDEX_NEEDS } from "./causes/missing-index.ts";
import type { Proven, Suspicion } from "./causes/suspicion.ts";
import type { Cause, Symptom } from "../contracts/taxonomy.ts";
import type { Observed } from "./observed.ts";

export type Decision = {
  /** Proven causes, the one to act on first. */
  proven: Proven[];
  rejected: Extract<Suspicion, { proven: false }>[];
};

/**
 * Causes that a graver one brings about: while that one is there, they are its consequence. Waiting sessions fill the connections; a held
 * horizon lets dead rows pile up; a new statement that lacks an index lacks the index.
 */
const BRINGS_ABOUT: Partial<Record<Cause, readonly Cause[]>> = {
  lock_blocking: [
    "connection_exhaustion",
    "idle_in_transaction",
    "hot_row_contention",
    "undersized",
    "deployment_regression",
  ],
  ddl_lock_queue: [
    "connection_exhaustion",
    "lock_blocking",
    "hot_row_contention",
    "undersized",
    "deployment_regression",
  ],
  hot_row_contention: ["connection_exhaustion", "undersized", "deployment_regression"],
  vacuum_blocked: ["table_bloat", "idle_in_transaction", "wraparound_risk", "stale_visibility_map", "storage_growth"],
  idle_in_transaction: ["connection_exhaustion"],
  autovacuum_starved: ["table_bloat", "stale_statistics", "stale_visibility_map"],
  table_bloat: ["stale_visibility_map", "stale_statistics", "index_bloat", "storage_growth"],
  stale_statistics: [
    "correlated_columns",
    "low_statistics_target",
    "generic_plan_regression",
    "deployment_regression",
    "function_on_column",
  ],
  correlated_columns: ["low_statistics_target", "generic_plan_regression", "deployment_regression"],
  low_statistics_target: ["generic_plan_regression", "deployment_regression"],
  over_indexed_table: ["hot_update_failure", "unused_index"],
  duplicate_index: ["unused_index", "index_bloat"],
  invalid_index: ["unused_index"],
  generic_plan_regression: ["deployment_regression", "undersized"],
  jit_overhead: ["deployment_regression", "undersized"],
  work_mem_spill: ["deployment_regression"],
  n_plus_one: ["undersized", "deployment_regression"],
  toast_width: ["deployment_regression", "undersized"],
  cast_mismatch: ["deployment_regression", "function_on_column", "undersized", "low_statistics_target"],
  function_on_column: ["deployment_regression", "undersized"],
  or_across_tables: ["deployment_regression", "undersized"],
  missing_pruning: ["deployment_regression", "undersized", "function_on_column"],
  checkpoint_storm: ["undersized"],
  replica_lag: [],
};
const MISSING_INDEX: readonly Cause[] = INDEX_NEEDS;
const BY_MISSING_INDEX: readonly Cause[] = [
  "work_mem_spill",
  "jit_overhead",
  "deployment_regression",
  "undersized",
  "generic_plan_regression",
  "function_on_column",
  "cast_mismatch",
  "or_across_tables",
  "toast_width",
];
/** Statements planned from wrong figures: an index chosen from the same figures is a guess. */
const WRONG_FIGURES: readonly Cause[] = ["stale_statistics", "correlated_columns", "low_statistics_target"];

const consequencesOf = (cause: Cause): readonly Cause[] =>
  MISSING_INDEX.includes(cause) ? BY_MISSING_INDEX : (BRINGS_ABOUT[cause] ?? []);

/**
 * Weighs every cause that the playbook allows, and orders what is proven: what explains the complaint before what was found beside it,
 * graver before lighter. What another proven cause brings about is rejected as its consequence.
 */
export function decide(seen: Observed, allowed: readonly Cause[]): Decision {
  const suspicions = CAUSES.filter(({ cause }) => allowed.includes(cause)).flatMap(({ weigh }) => weigh(seen));
  const proven = suspicions.filter((one): one is Proven => one.proven);
  const primary = proven
    .filter((one) => !isConsequence(one, proven))
    .map((one, _, all) => withoutLastResort(seen, one, all));
  const rejected = suspicions.filter((one): one is Decision["rejected"][number] => !one.proven);
  const consequences = proven
    .filter((one) => !primary.includes(one))
    .map((one) => ({
      proven: false as const,
      cause: one.cause,
      subject: one.subject,
      because: `it is the consequence of ${inWords(reasonFor(one, proven)?.cause ?? one.cause)}`,
      for: one.for,
      against: one.against,
    }));
  return {
    proven: primary.toSorted(
      (a, b) =>
        Number(explains(seen, b)) - Number(explains(seen, a)) ||
        b.impact - a.impact ||
        (a.cause + a.subject < b.cause + b.subject ? -1 : 1),
    ),
    rejected: [...rejected, ...consequences],
  };
}

/** A larger server is bought when nothing else explains the complaint: beside another cause it stays a recommendation. */
function withoutLastResort(seen: Observed, one: Proven, all: readonly Proven[]): Proven {
  const kind = one.mending?.action.kind;
  if (kind !== "scale_compute" && kind !== "grow_storage") return one;
  const isExplained = all.some((other) => other.cause !== one.cause && explains(seen, other));
  return isExplained ? { ...one, mending: null } : one;
}

/** Whether a cause can be the reason for what the alert complains about. */
export function explains({ complaint }: Observed, { cause }: Pick<Proven, "cause">): boolean {
  return canExplain(cause, complaint.symptom);
}

/** Whether a cause brings a symptom about. */
export const canExplain = (cause: Cause, symptom: Symptom): boolean =>
  CAUSES.find((known) => known.cause === cause)?.explains.includes(symptom) ?? false;

const isConsequence = (one: Proven, proven: readonly Proven[]): boolean => reasonFor(one, proven) !== undefined;

function reasonFor(one: Proven, proven: readonly Proven[]): Proven | undefined {
  return proven.find((other) => {
    if (other === one || other.cause === one.cause) return false;
    if (WRONG_FIGURES.includes(other.cause) && MISSING_INDEX.includes(one.cause)) return sharesStatement(other, one);
    return consequencesOf(other.cause).includes(one.cause) && isAbout(other, one);
  });
}

/** A consequence is about the same statements, where both are about statements. */
function isAbout(reason: Proven, one: Proven): boolean {
  const isOfStatement = one.subject.startsWith("statement ");
  return !isOfStatement || /^(statement|index) /.test(reason.subject) === false
    ? true
    : sharesStatement(reason, one) || reason.subject === one.subject;
}

function sharesStatement(a: Proven, b: Proven): boolean {
  const keys = new Set((a.mending?.targets ?? []).map(({ queryId }) => queryId));
  const others = (b.mending?.targets ?? []).map(({ queryId }) => queryId);
  if (others.length > 0) return others.some((key) => keys.has(key));
  return [...keys].some((key) => b.subject === `statement ${key.split("/")[1]}`);
}

/** `missing_index` as words: `missing index`. */
export const inWords = (cause: string): string => cause.replaceAll("_", " ");
