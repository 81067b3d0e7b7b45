import type { HypotheticalIndex, Planned, PlannerClone } from "./clone-protocol.ts";
import { indexesIn, type PlanNode } from "./plan.ts";

/** What a statement's plan costs with some indexes, and which of them it uses. */
export type Cost = { cost: number; used: ReadonlySet<HypotheticalIndex>; plan: PlanNode };
type Known = Cost & { on: ReadonlySet<HypotheticalIndex> };

const isWithin = <T>(inner: ReadonlySet<T>, outer: ReadonlySet<T>): boolean =>
  [...inner].every((one) => outer.has(one));

/** The costs of statements under sets of hypothetical indexes, each planned once. */
export type PlanCosts = {
  /** Plans a statement as the server is; a reason when it cannot be. */
  base: (query: string) => Promise<Cost | { because: string }>;
  /** With these indexes; a query that was planned before can be planned with more indexes. */
  cost: (query: string, on: readonly HypotheticalIndex[]) => Promise<Cost>;
  explains: () => number;
};

/**
 * Few plans answer many questions: a plan made with many indexes that uses only some of them is also the plan for every set between
 * the two, since the planner has seen, and declined, all that is left out.
 */
export function planCosts(clone: PlannerClone, indexes: readonly HypotheticalIndex[]): PlanCosts {
  const byName = new Map(indexes.map((index) => [index.name.split(".").at(-1) ?? "", index]));
  const known = new Map<string, Known[]>();
  let explains = 0;

  const plan = async (query: string, on: readonly HypotheticalIndex[]): Promise<Planned> => {
    explains += 1;
    return clone.plan(query, on, { text: false });
  };
  const remember = (query: string, on: readonly HypotheticalIndex[], planned: Extract<Planned, { ok: true }>): Cost => {
    const used = new Set(indexesIn(planned.plan).flatMap((name) => byName.get(name) ?? []));
    const answer = { cost: planned.cost, used, plan: planned.plan, on: new Set(on) };
    known.set(query, [...(known.get(query) ?? []), answer]);
    return answer;
  };
  return {
    explains: () => explains,
    base: async (query) => {
      const planned = await plan(query, []);
      return planned.ok ? remember(query, [], planned) : { because: planned.because };
    },
    cost: async (query, on) => {
      const wanted = new Set(on);
      const answered = known.get(query)?.find((before) => isWithin(before.used, wanted) && isWithin(wanted, before.on));
      if (answered !== undefined) return answered;
      const planned = await plan(query, on);
      if (planned.ok) return remember(query, on, planned);
      // With an index it fails and without one it does not: then it is no help.
      return {
        cost: Number.POSITIVE_INFINITY,
        used: new Set(),
        plan: { "Node Type": "Result", "Total Cost": 0, "Plan Rows": 0 },
      };
    },
  };
}
