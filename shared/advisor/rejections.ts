import { ratioFor } from "./candidates.ts";
import type { Limits, RejectedCandidate } from "./advice.ts";
import type { Base } from "./bases.ts";
import type { PlanCosts } from "./plan-costs.ts";
import { keptShare } from "./plan.ts";
import type { Item } from "./select-set.ts";
import { insertCostMs, rowCostMs } from "./write-costs.ts";

/** A condition that keeps more than this share of the rows is served as well by reading the table. */
const LOW_SELECTIVITY = 0.1;
/** Of indexes that were merely less good than others, these many are named. */
const MOST_RUNNERS_UP = 8;

type Sources = {
  items: readonly Item[];
  chosen: readonly Item[];
  bases: readonly (Base | null)[];
  costs: PlanCosts;
  limits: Limits;
};
type Judged = RejectedCandidate & { isRunnerUp: boolean; alone: number };

/** Why each index that was tried was not chosen, in words for a person. Variants that lost to others are cut to the best few. */
export async function rejectionsOf(sources: Sources): Promise<RejectedCandidate[]> {
  const { items, chosen } = sources;
  const held = new Set(chosen.flatMap(({ members }) => members));
  const judged: Judged[] = [];
  for (const item of items) {
    if (item.members.every((member) => held.has(member))) continue;
    judged.push({ what: item.name, ...(await judge(item, sources)), alone: item.alone });
  }
  const sorted = judged.toSorted((a, b) => b.alone - a.alone || (a.what < b.what ? -1 : 1));
  const runnersUp = sorted.filter(({ isRunnerUp }) => isRunnerUp).slice(0, MOST_RUNNERS_UP);
  return [...sorted.filter(({ isRunnerUp }) => !isRunnerUp), ...runnersUp].map(({ what, because }) => ({
    what,
    because,
  }));
}

type Verdict = { because: string; isRunnerUp: boolean };

async function judge(item: Item, sources: Sources): Promise<Verdict> {
  const { limits } = sources;
  const [best, kept] = await bestOf(item, sources);
  if (best === null) {
    // A longer index that is not used says no more than its first column.
    const isVariant = item.members.some(
      ({ candidate: { shape } }) => shape.keys.length > 1 || shape.include.length > 0,
    );
    const share =
      kept !== null && kept > LOW_SELECTIVITY ? `the condition keeps ${Math.round(kept * 100)} % of the rows` : null;
    return { because: share ?? "the planner would not use it", isRunnerUp: isVariant };
  }
  if (best > ratioFor(limits, item.members))
    return { because: `it would save only ${Math.round((1 - best) * 100)} % of the plan's cost`, isRunnerUp: false };
  if (item.alone <= 0) return { because: "keeping it up to date would cost more than it saves", isRunnerUp: false };
  if (isTooDearToWrite(item, sources)) {
    return {
      because: `inserts into the table would become more than ${limits.insertSlowdown} times as dear`,
      isRunnerUp: false,
    };
  }
  const spent = sources.chosen.reduce((sum, { bytes }) => sum + bytes, 0);
  if (spent + item.bytes > limits.budgetBytes) return { because: "the budget is used up", isRunnerUp: false };
  return { because: "another index saves more, or as much with fewer columns", isRunnerUp: true };
}

/** The best ratio of costs that an item reaches for a statement, null when none uses it; and the share of rows that its conditions keep. */
async function bestOf(item: Item, { bases, costs }: Sources): Promise<[number | null, number | null]> {
  let best: number | null = null;
  let kept: number | null = null;
  for (const at of item.statements) {
    const base = bases[at];
    if (base === null || base === undefined) continue;
    for (const { candidate } of item.members) {
      const share = keptShare(base.plan.plan, candidate.table.table, candidate.table.rows);
      kept = share === null ? kept : Math.max(kept ?? 0, share);
    }
    const { cost, used } = await costs.cost(base.query, item.members);
    if (item.members.some((member) => used.has(member))) best = Math.min(best ?? 1, cost / base.plan.cost);
  }
  return [best, kept];
}

function isTooDearToWrite(item: Item, { chosen, limits }: Sources): boolean {
  return item.members.some(({ candidate: { table } }) => {
    const own = [...chosen, item]
      .flatMap(({ members }) => members)
      .filter(({ candidate }) => candidate.table === table);
    const added = own.reduce((sum, { candidate }) => sum + rowCostMs(candidate), 0);
    return insertCostMs(table) + added > insertCostMs(table) * limits.insertSlowdown;
  });
}
