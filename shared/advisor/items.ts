import type { Workload } from "./advice.ts";
import type { Base } from "./bases.ts";
import type { HypotheticalIndex } from "./clone-protocol.ts";
import type { PlanCosts } from "./plan-costs.ts";
import { type Idea } from "./propose-candidates.ts";
import { isHalved, type Item, itemName } from "./select-set.ts";
import { upkeepMs } from "./write-costs.ts";

type Sources = {
  indexes: readonly HypotheticalIndex[];
  bases: readonly (Base | null)[];
  costs: PlanCosts;
  workload: Workload;
};

/** The ideas as items, each with what it would save by itself. One plan with all of a statement's ideas tells which are of any use. */
export async function itemsOf(ideas: readonly Idea[], sources: Sources): Promise<Item[]> {
  const { bases, costs } = sources;
  const items = ideas.flatMap((idea) => itemOf(idea, sources));
  for (const [at, base] of bases.entries()) {
    const own = new Set(items.filter(({ statements }) => statements.includes(at)).flatMap(({ members }) => members));
    if (base !== null && own.size > 0) base.usedOfAll = (await costs.cost(base.query, [...own])).used;
  }
  for (const item of items) await tryAlone(item, bases, costs);
  return items;
}

function itemOf({ members: candidates, statements }: Idea, { indexes, bases, workload }: Sources): Item[] {
  const members = indexes.filter(({ candidate }) => candidates.includes(candidate));
  if (members.length < candidates.length) return [];
  return [
    {
      name: itemName(members),
      members,
      statements: statements.filter((at) => bases[at] !== null),
      bytes: members.reduce((sum, { bytes }) => sum + bytes, 0),
      upkeepMs: candidates.reduce((sum, candidate) => sum + upkeepMs(candidate, workload), 0),
      alone: 0,
      live: [],
      halves: false,
    },
  ];
}

/** What an item saves by itself. Statements that use it neither then nor beside all the others are not asked again. */
async function tryAlone(item: Item, bases: readonly (Base | null)[], costs: PlanCosts): Promise<void> {
  const live: number[] = [];
  let saved = 0;
  for (const at of item.statements) {
    const base = bases[at];
    if (base === null || base === undefined) continue;
    const { cost, used } = await costs.cost(base.query, item.members);
    saved += base.weightMs * Math.max(0, 1 - cost / base.plan.cost);
    item.halves ||= isHalved(base.plan.cost, cost);
    const isUsed = item.members.some((member) => used.has(member) || base.usedOfAll.has(member));
    if (isUsed) live.push(at);
  }
  item.alone = saved - item.upkeepMs;
  item.live = live;
}
