import type { Choice, Gain, Limits, Workload } from "./advice.ts";
import type { Base } from "./bases.ts";
import { candidateName, ratioFor } from "./candidates.ts";
import type { Catalog } from "./catalog.ts";
import type { HypotheticalIndex, PlannerClone } from "./clone-protocol.ts";
import { misorderedIndex, needOf } from "./need.ts";
import type { PlanCosts } from "./plan-costs.ts";
import { indexesIn, type PlanNode } from "./plan.ts";
import type { Item } from "./select-set.ts";

export type Known = {
  clone: PlannerClone;
  catalog: Catalog;
  workload: Workload;
  limits: Limits;
  bases: readonly Base[];
  costs: PlanCosts;
};
type Gained = { base: Base; before: PlanNode; after: PlanNode };

/** What each index of a chosen item does by itself; with the rest of the set where it does nothing alone. */
export async function choicesFor(item: Item, chosen: readonly Item[], known: Known): Promise<Choice[]> {
  const alone = await gainsOf(item, [], known);
  const others = chosen.filter((other) => other !== item).flatMap(({ members }) => members);
  const gained = alone.length > 0 ? alone : await gainsOf(item, others, known);
  return Promise.all(item.members.map((index) => choiceFor(index, item, gained, known)));
}

/** The statements whose plans an item makes cheaper by the wanted ratio, on top of `others`. */
async function gainsOf(
  item: Item,
  others: readonly HypotheticalIndex[],
  { bases, costs, limits }: Known,
): Promise<Gained[]> {
  const gained: Gained[] = [];
  for (const base of bases) {
    const fits = ({ candidate }: HypotheticalIndex): boolean => base.tables.has(candidate.table);
    if (!item.members.some(fits)) continue;
    const before = others.length === 0 ? base.plan : await costs.cost(base.query, others.filter(fits));
    const after = await costs.cost(base.query, [...others, ...item.members].filter(fits));
    if (after.cost <= before.cost * ratioFor(limits, item.members))
      gained.push({ base, before: base.plan.plan, after: after.plan });
  }
  return gained;
}

async function choiceFor(
  index: HypotheticalIndex,
  item: Item,
  gained: readonly Gained[],
  known: Known,
): Promise<Choice> {
  const { catalog, workload, bases } = known;
  const { candidate } = index;
  const gains = await Promise.all(gained.map(({ base }) => gainFor(base, item, known)));
  const needsTrigrams = candidate.shape.keys.some(({ operatorClass }) => operatorClass === "gin_trgm_ops");
  const isInstalled = catalog.extensions.some(({ name, schema }) => name === "pg_trgm" && schema !== null);
  // What only the statements that gain make do with is not needed any more.
  const others = bases.filter((base) => !gained.some((one) => one.base === base));
  const usedIndexes = new Set(others.flatMap(({ plan }) => indexesIn(plan.plan)));
  const need = needOf({
    candidate,
    scans: gained.flatMap(({ base }) => base.scans),
    plans: gained,
    isForParents: gained.length > 0 && gained.every(({ base }) => base.isChildSearch),
    usedIndexes,
  });
  return {
    candidate,
    need,
    bytes: index.bytes,
    gains,
    savedMs: gains.reduce((sum, { savedMs }) => sum + savedMs, 0),
    writesPerSecond: workload.writesPerSecond(candidate.table),
    together: item.members.filter((other) => other !== index).map((other) => other.candidate),
    missingExtension: needsTrigrams && !isInstalled ? "pg_trgm" : null,
    insteadOf: need === "wrong_column_order" ? misorderedIndex(candidate, usedIndexes) : null,
  };
}

/** Plans once more for the texts that a person reads. What several indexes save together is shared evenly. */
async function gainFor(base: Base, item: Item, { clone }: Known): Promise<Gain> {
  const [before, after] = [await clone.plan(base.query), await clone.plan(base.query, item.members)];
  const figure = (planned: typeof before) =>
    planned.ok ? { cost: planned.cost, text: planned.text } : { cost: base.plan.cost, text: "" };
  const [was, becomes] = [figure(before), figure(after)];
  const savedMs = (base.weightMs * Math.max(0, 1 - becomes.cost / was.cost)) / item.members.length;
  return { statement: { ...base.statement, totalMs: base.weightMs }, before: was, after: becomes, savedMs };
}

/** Two that save this nearly the same are equal: the one with fewer columns then costs less to keep. */
const CLOSE_ENOUGH = 0.95;

/** The one that saves most first. */
export function bestFirst(choices: readonly Choice[]): Choice[] {
  const byName = (a: Choice, b: Choice): number => (candidateName(a.candidate) < candidateName(b.candidate) ? -1 : 1);
  const sorted = choices.toSorted((a, b) => b.savedMs - a.savedMs || byName(a, b));
  const most = sorted[0]?.savedMs ?? 0;
  const [first] = sorted
    .filter(({ savedMs }) => savedMs >= most * CLOSE_ENOUGH)
    .toSorted(
      (a, b) => a.candidate.shape.keys.length - b.candidate.shape.keys.length || b.savedMs - a.savedMs || byName(a, b),
    );
  return first === undefined ? [] : [first, ...sorted.filter((choice) => choice !== first)];
}
