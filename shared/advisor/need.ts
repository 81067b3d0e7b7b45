import { columnsOf, keyText } from "../core/index-text.ts";
import type { Need } from "./advice.ts";
import type { Candidate } from "./candidates.ts";
import { existingIndex } from "./existing-index.ts";
import { keptShare, type PlanNode, sortsIn } from "./plan.ts";
import type { Scan } from "./scan.ts";

/** What there is to know about why a candidate was chosen. */
export type Reasons = {
  candidate: Candidate;
  /** The scans of the statements that gain. */
  scans: readonly Scan[];
  plans: readonly { before: PlanNode; after: PlanNode }[];
  /** All that gains are searches of a child for the rows of a deleted parent. */
  isForParents: boolean;
  /** Names of the indexes that plans of other statements use. */
  usedIndexes: ReadonlySet<string>;
};

/** Which cause an index answers. */
export function needOf({ candidate, scans, plans, isForParents, usedIndexes }: Reasons): Need {
  const { keys, method } = candidate.shape;
  const classes = keys.flatMap(({ operatorClass }) => operatorClass ?? []);
  if (isForParents) return "missing_fk_index";
  if (classes.includes("gin_trgm_ops")) return "missing_trigram_index";
  if (classes.some((one) => one.startsWith("jsonb"))) return "missing_jsonb_index";
  if (keys.some((key) => "expression" in key)) return "missing_expression_index";
  if (classes.some((one) => one.endsWith("pattern_ops"))) return "missing_text_pattern_index";
  if (method !== "btree") return "missing_index";
  if (servesOrder(candidate, scans, plans)) return "missing_sort_index";
  return misorderedIndex(candidate, usedIndexes) === null ? "missing_index" : "wrong_column_order";
}

/** An index whose last keys are the order that a plan no longer sorts by. */
function servesOrder({ table, shape }: Candidate, scans: readonly Scan[], plans: Reasons["plans"]): boolean {
  const sorted = scans.filter((scan) => scan.table.oid === table.oid && scan.sort.length > 0);
  const last = shape.keys.at(-1);
  const isSorted = sorted.some(({ sort, conditions }) =>
    sort.some(({ target }) => {
      const text =
        target.kind === "column"
          ? keyText({ column: target.column, direction: "asc" })
          : keyText({ expression: target, direction: "asc" });
      const isRange = conditions.some(
        (condition) => condition.how === "range" && JSON.stringify(condition.target) === JSON.stringify(target),
      );
      return last !== undefined && keyText(last) === text && !isRange;
    }),
  );
  // min() and max() sort in no plan: the index gives the first row of an order all the same.
  const isFirst =
    sorted.some(({ isLimited }) => isLimited) &&
    plans.some(({ before }) => sortsIn(before) === 0 && scansAll(before, table.table));
  return isSorted && (isFirst || plans.some(({ before, after }) => sortsIn(after) < sortsIn(before)));
}

const scansAll = (plan: PlanNode, table: string): boolean => keptShare(plan, table, 1) !== null;

/** An existing index with all of a candidate's columns, in an order that serves no statement; null without one. */
export function misorderedIndex({ table, shape }: Candidate, used: ReadonlySet<string>): string | null {
  const wanted = shape.keys.flatMap(columnsOf);
  if (shape.method !== "btree" || wanted.length < 1) return null;
  const found = table.indexes.find((facts) => {
    if (!facts.is_valid || facts.method !== "btree" || facts.predicate !== null || facts.key_columns.length < 2)
      return false;
    if (facts.is_unique || facts.is_constraint || used.has(facts.index)) return false;
    const held = existingIndex(table, facts).keys.map(({ text }) => text);
    const hasAll = wanted.every((column) => held.includes(keyText({ column, direction: "asc" })));
    return hasAll && held[0] !== keyText({ column: wanted[0] ?? "", direction: "asc" });
  });
  return found?.index ?? null;
}
