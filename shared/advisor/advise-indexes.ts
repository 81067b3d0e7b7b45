import type { Advice, Limits, Workload, WorkloadStatement } from "./advice.ts";
import { planAsIs } from "./bases.ts";
import { candidateName } from "./candidates.ts";
import type { Catalog } from "./catalog.ts";
import { bestFirst, choicesFor, type Known } from "./choices.ts";
import type { PlannerClone } from "./clone-protocol.ts";
import { itemsOf } from "./items.ts";
import { childSearches } from "./parent-deletes.ts";
import { planCosts } from "./plan-costs.ts";
import { proposeCandidates } from "./propose-candidates.ts";
import { rejectionsOf } from "./rejections.ts";
import { type Item, selectSet } from "./select-set.ts";

/**
 * Chooses indexes that help a workload together, each tried in the clone. The same input, in whatever order, gets the same advice.
 * Reads nothing but the clone.
 */
export async function adviseIndexes(
  clone: PlannerClone,
  catalog: Catalog,
  workload: Workload,
  limits: Limits,
): Promise<Advice> {
  const statements = workload.statements.toSorted(byKey);
  const searches = childSearches(statements, catalog);
  const { ideas, rejected } = proposeCandidates([...statements, ...searches], catalog, limits.smallTable);
  const { indexes, failed, problems } = await clone.load(catalog, [
    ...new Set(ideas.flatMap(({ members }) => members)),
  ]);
  const costs = planCosts(clone, indexes);
  const planned = await planAsIs({ statements, searches }, { catalog, costs, limits });
  const items = await itemsOf(ideas, { indexes, bases: planned.bases, costs, workload });
  const wanted = planned.bases.map((base) =>
    base === null
      ? { query: "", base: 1, weightMs: 0, tables: new Set<unknown>() }
      : { query: base.query, base: base.plan.cost, weightMs: base.weightMs, tables: base.tables },
  );
  const chosen = await selectSet({ items, wanted, costs, limits });
  const bases = planned.bases.flatMap((base) => base ?? []);
  const known: Known = { clone, catalog, workload, limits, bases, costs };
  const choices = bestFirst((await Promise.all(chosen.map((item) => choicesFor(item, chosen, known)))).flat());
  return {
    choice: choices[0] ?? null,
    chosen: choices,
    rejected: [
      ...rejected,
      ...failed.map(({ candidate, because }) => ({
        what: candidateName(candidate),
        because: `PostgreSQL refuses it: ${because}`,
      })),
      ...(await rejectionsOf({ items, chosen, bases: planned.bases, costs, limits })),
    ],
    unplanned: planned.unplanned,
    problems,
    costs: await costsWithAll(chosen, known),
    explains: costs.explains(),
  };
}

const byKey = (a: WorkloadStatement, b: WorkloadStatement): number =>
  a.key === b.key ? (a.query < b.query ? -1 : 1) : a.key < b.key ? -1 : 1;

async function costsWithAll(chosen: readonly Item[], { bases, costs }: Known): Promise<Advice["costs"]> {
  const members = [...new Set(chosen.flatMap((item) => item.members))];
  const result: Advice["costs"] = [];
  for (const { statement, query, plan, tables, isChildSearch } of bases) {
    if (isChildSearch) continue;
    const { cost } = await costs.cost(
      query,
      members.filter(({ candidate }) => tables.has(candidate.table)),
    );
    result.push({ key: statement.key, before: plan.cost, after: cost });
  }
  return result;
}
