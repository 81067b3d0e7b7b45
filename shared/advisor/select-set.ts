import { keyText } from "../core/index-text.ts";
import type { Limits } from "./advice.ts";
import { candidateName, ratioFor } from "./candidates.ts";
import type { HypotheticalIndex } from "./clone-protocol.ts";
import type { PlanCosts } from "./plan-costs.ts";
import { insertCostMs, rowCostMs } from "./write-costs.ts";

/** A statement to be served: its text, its plan cost as it is, and what it weighs in ms. */
export type Wanted = { query: string; base: number; weightMs: number; tables: ReadonlySet<unknown> };
/** Indexes to be built together. `upkeepMs` is what keeping them costs. */
export type Item = {
  name: string;
  members: HypotheticalIndex[];
  /** Places of the statements that asked for it, and of those among them that use it. */
  statements: number[];
  live: number[];
  /** Whether by itself it makes a dear statement twice as fast. */
  halves: boolean;
  bytes: number;
  upkeepMs: number;
  alone: number;
};

type Selection = { items: Item[]; costs: number[] };
type Task = { items: readonly Item[]; wanted: readonly Wanted[]; costs: PlanCosts; limits: Limits };

/** A plan is dear from this cost on. */
const DEAR_PLAN = 500;
/** Gains shrink as indexes are added, but not strictly: a bound is trusted with this slack. */
const BOUND_SLACK = 1.05;
/** An index is dropped again when the set does nearly as well without it. */
const NEARLY = 0.0005;
/** Of two indexes of which one begins with the other, the shorter one must be worth this share of the whole to stay. */
const PREFIX_WORTH = 0.01;
const SWAPS_TRIED = 6;

/**
 * Selects indexes: lazily greedy by gain over the square root of size, within the budget; then without those that became useless or
 * that another one begins with; then each is tried against its rivals once.
 */
export async function selectSet(task: Task): Promise<Item[]> {
  let selection: Selection = { items: [], costs: task.wanted.map(({ base }) => base) };
  selection = await addGreedily(task, selection);
  selection = await withoutPrefixes(task, selection);
  selection = await swapOnce(task, selection);
  return (await addGreedily(task, selection)).items;
}

const totalOf = ({ wanted }: Pick<Task, "wanted">): number => wanted.reduce((sum, { weightMs }) => sum + weightMs, 0);
/** What a set of costs saves, in ms. */
const savedBy = ({ wanted }: Task, costs: readonly number[]): number =>
  wanted.reduce((sum, { base, weightMs }, at) => sum + weightMs * (1 - Math.min(1, (costs[at] ?? base) / base)), 0);
const worthOf = (task: Task, { items, costs }: Selection): number =>
  savedBy(task, costs) - items.reduce((sum, { upkeepMs }) => sum + upkeepMs, 0);

const bytesOf = (items: readonly Item[]): number =>
  [...new Set(items.flatMap(({ members }) => members))].reduce((sum, { bytes }) => sum + bytes, 0);

/** The costs of all statements with these items; only statements that read a changed table are planned again. */
async function costsWith(
  task: Task,
  items: readonly Item[],
  before: readonly number[],
  changed: Item,
): Promise<number[]> {
  const members = [...new Set(items.flatMap((item) => item.members))];
  const tables = new Set(changed.members.map(({ candidate }) => candidate.table));
  const costs = [...before];
  for (const [at, { query, tables: read }] of task.wanted.entries()) {
    if (![...tables].some((table) => read.has(table))) continue;
    const on = members.filter(({ candidate }) => read.has(candidate.table));
    costs[at] = (await task.costs.cost(query, on)).cost;
  }
  return costs;
}

/** As {@link costsWith}, for the statements that use the item alone: the others seldom gain, and would cost as many plans again. */
async function costsOfUsing(task: Task, selection: Selection, item: Item): Promise<number[]> {
  const members = [...new Set([...selection.items, item].flatMap((one) => one.members))];
  const costs = [...selection.costs];
  for (const at of item.live) {
    const wanted = task.wanted[at];
    if (wanted === undefined) continue;
    const on = members.filter(({ candidate }) => wanted.tables.has(candidate.table));
    costs[at] = (await task.costs.cost(wanted.query, on)).cost;
  }
  return costs;
}

async function addGreedily(task: Task, start: Selection): Promise<Selection> {
  const { items, limits } = task;
  const bound = new Map(items.map((item) => [item, item.alone]));
  const score = (item: Item): number => (bound.get(item) ?? 0) / Math.sqrt(item.bytes);
  let selection = start;
  while (selection.items.length < limits.mostIndexes) {
    let best: { item: Item; costs: number[]; score: number } | null = null;
    const least = totalOf(task) * limits.leastShare;
    const isHopeful = (item: Item): boolean => item.halves || (bound.get(item) ?? 0) * BOUND_SLACK > least;
    const open = items.filter(
      (item) => !selection.items.includes(item) && isHopeful(item) && fits(task, selection, item),
    );
    for (const item of open.toSorted((a, b) => score(b) - score(a) || (a.name < b.name ? -1 : 1))) {
      if (best !== null && score(item) * BOUND_SLACK <= best.score) break;
      const costs = await costsOfUsing(task, selection, item);
      const gain = savedBy(task, costs) - savedBy(task, selection.costs) - item.upkeepMs;
      bound.set(item, gain);
      if (
        gain > 0 &&
        isWorthwhile(task, item, { before: selection.costs, after: costs, gain }) &&
        (best === null || score(item) > best.score)
      )
        best = { item, costs, score: score(item) };
    }
    if (best === null) return selection;
    const added = [...selection.items, best.item];
    selection = await pruned(
      task,
      { items: added, costs: await costsWith(task, added, best.costs, best.item) },
      best.item,
    );
  }
  return selection;
}

/** Whether a dear plan costs at most half of what it did. */
export const isHalved = (before: number, after: number): boolean => before > DEAR_PLAN && after <= before * 0.5;

function isWorthwhile(
  { wanted, limits }: Task,
  { members }: Item,
  { before, after, gain }: { before: readonly number[]; after: readonly number[]; gain: number },
): boolean {
  const total = totalOf({ wanted });
  const ratios = before.map((cost, at) => ({ cost, ratio: (after[at] ?? cost) / cost }));
  if (!ratios.some(({ ratio }) => ratio <= ratioFor(limits, members))) return false;
  return gain > total * limits.leastShare || ratios.some(({ cost, ratio }) => isHalved(cost, cost * ratio));
}

/** Whether an item keeps within the disk budget and within what an insert may cost. */
function fits({ limits }: Task, { items }: Selection, item: Item): boolean {
  if (bytesOf([...items, item]) > limits.budgetBytes) return false;
  return item.members.every(({ candidate: { table } }) => {
    const own = new Set(
      [...items, item].flatMap(({ members }) => members).filter(({ candidate }) => candidate.table === table),
    );
    const added = [...own].reduce((sum, { candidate }) => sum + rowCostMs(candidate), 0);
    return insertCostMs(table) + added <= insertCostMs(table) * limits.insertSlowdown;
  });
}

/** The set without what the item just added made useless: only what serves the same statements can be. */
async function pruned(task: Task, selection: Selection, added: Item): Promise<Selection> {
  let current = selection;
  for (const item of selection.items) {
    if (item === added || !item.live.some((at) => added.live.includes(at))) continue;
    const rest = current.items.filter((other) => other !== item);
    const costs = await costsWith(task, rest, current.costs, item);
    if (isNearlyAsGood(task, costs, current.costs)) current = { items: rest, costs };
  }
  return current;
}

function isNearlyAsGood(task: Task, costs: readonly number[], before: readonly number[]): boolean {
  const loss = savedBy(task, before) - savedBy(task, costs);
  const total = totalOf(task);
  return loss <= total * NEARLY && costs.every((cost, at) => cost <= (before[at] ?? cost) * 1.5);
}

async function withoutPrefixes(task: Task, selection: Selection): Promise<Selection> {
  const total = totalOf(task);
  let current = selection;
  for (const item of selection.items) {
    if (!current.items.some((other) => other !== item && beginsWith(other, item))) continue;
    const rest = current.items.filter((other) => other !== item);
    const costs = await costsWith(task, rest, current.costs, item);
    const loss = savedBy(task, current.costs) - savedBy(task, costs) - item.upkeepMs;
    if (loss <= total * PREFIX_WORTH && costs.every((cost, at) => cost <= (current.costs[at] ?? cost) * 2))
      current = { items: rest, costs };
  }
  return current;
}

/** Whether an index holds all that another one does, beginning with it. */
function beginsWith(longer: Item, shorter: Item): boolean {
  const [one, other] = [longer.members[0]?.candidate, shorter.members[0]?.candidate];
  if (one === undefined || other === undefined || longer.members.length > 1 || shorter.members.length > 1) return false;
  if (one.table !== other.table || one.shape.method !== other.shape.method) return false;
  const sameWhere = JSON.stringify(one.shape.where) === JSON.stringify(other.shape.where);
  return (
    sameWhere &&
    other.shape.keys.every(
      (key, at) => one.shape.keys[at] !== undefined && keyText(one.shape.keys[at]) === keyText(key),
    )
  );
}

/** Tries the strongest rivals in the place of each item, once. A rival gains at most what it saves alone: less than is lost is no rival. */
async function swapOnce(task: Task, selection: Selection): Promise<Selection> {
  let current = selection;
  for (const item of selection.items) {
    const items = current.items.filter((other) => other !== item);
    const rest = { items, costs: await costsWith(task, items, current.costs, item) };
    const wantedWorth = worthOf(task, current) * (1 + task.limits.leastShare);
    const loss = wantedWorth - worthOf(task, rest);
    for (const rival of rivalsOf(task, current, item).slice(0, SWAPS_TRIED)) {
      if (rival.alone * BOUND_SLACK < loss || !fits(task, rest, rival)) continue;
      const swapped = { items: [...rest.items, rival], costs: await costsOfUsing(task, rest, rival) };
      if (worthOf(task, swapped) <= wantedWorth) continue;
      current = { ...swapped, costs: await costsWith(task, swapped.items, swapped.costs, rival) };
      break;
    }
  }
  return current;
}

function rivalsOf(task: Task, { items }: Selection, item: Item): Item[] {
  const tables = new Set(item.members.map(({ candidate }) => candidate.table));
  const isNear = (rival: Item): boolean =>
    rival.members.every(({ candidate }) => tables.has(candidate.table)) &&
    rival.live.some((at) => item.live.includes(at));
  return task.items
    .filter((rival) => rival.alone > 0 && !items.includes(rival) && isNear(rival))
    .toSorted((a, b) => b.alone - a.alone || (a.name < b.name ? -1 : 1));
}

/** The name that items are told apart by, and ordered. */
export const itemName = (members: readonly HypotheticalIndex[]): string =>
  members
    .map(({ candidate }) => candidateName(candidate))
    .toSorted()
    .join(" + ");
