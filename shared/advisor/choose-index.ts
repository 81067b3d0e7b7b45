import type { PlanFigure } from "../contracts/proposal.ts";
import { type Candidate, candidateName, candidatesFor, coveringIndex } from "./candidates.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import { indexesIn, keptShare } from "./plan.ts";
import type { HypotheticalIndex, PlannerClone } from "./clone-protocol.ts";
import { scansOf } from "./scans.ts";
import type { Node } from "./syntax.ts";

/** A statement of the workload with what it cost in the interval. */
export type WorkloadStatement = { key: string; query: string; syntax: Node; totalMs: number };
/** What an index would do for one statement. */
export type Gain = { statement: WorkloadStatement; before: PlanFigure; after: PlanFigure; savedMs: number };
export type RejectedCandidate = { what: string; because: string };
export type Choice = { candidate: Candidate; bytes: number; gains: Gain[]; savedMs: number; writesPerSecond: number };
export type Advice = {
  choice: Choice | null;
  rejected: RejectedCandidate[];
  /** Statements that no plan could be made for, with the reason. */
  unplanned: { key: string; because: string }[];
  problems: string[];
};

/** An index must make a plan at least this much cheaper to count for a statement. */
const COST_RATIO = 0.5;
/** Smaller tables are read faster than an index would be searched (research on open advisers agrees on the order of magnitude). */
export const SMALL_TABLE = { rows: 1_000, bytes: 8 * 2 ** 20 } as const;
/** A condition that keeps more than this share of the rows is served as well by reading the table. */
const LOW_SELECTIVITY = 0.1;
/** Two choices this close are equal: the one with fewer columns then costs less to keep. */
const CLOSE_ENOUGH = 0.95;

export type Writes = (table: CatalogTable) => number;
type Base = { statement: WorkloadStatement; plan: PlanFigure; tables: Set<CatalogTable> };

/**
 * Chooses at most one index for a workload: each candidate is planned alone, on the statements that read its table, in the clone.
 * `writesPerSecond` is what the table takes in rows written: an index is not worth it when keeping it costs more than it saves.
 */
export async function chooseIndex(
  clone: PlannerClone,
  catalog: Catalog,
  workload: { statements: readonly WorkloadStatement[]; seconds: number; writesPerSecond: Writes },
): Promise<Advice> {
  const rejected = new Map<string, string>();
  const candidates = propose(workload.statements, catalog, rejected);
  const { indexes, problems } = await clone.load(catalog, candidates);
  const { bases, unplanned } = await planAsIs(clone, catalog, workload.statements);

  const choices: Choice[] = [];
  for (const index of indexes) {
    const name = candidateName(index.candidate);
    const { gains, because } = await gainsOf(clone, index, bases);
    const savedMs = gains.reduce((sum, gain) => sum + gain.savedMs, 0);
    const writesPerSecond = workload.writesPerSecond(index.candidate.table);
    if (gains.length === 0) rejected.set(name, because);
    else if (writeCostMs(writesPerSecond, workload.seconds) >= savedMs)
      rejected.set(name, "keeping it up to date would cost more than it saves");
    else choices.push({ candidate: index.candidate, bytes: index.bytes, gains, savedMs, writesPerSecond });
  }
  const choice = best(choices);
  for (const other of choices) {
    if (other !== choice)
      rejected.set(candidateName(other.candidate), "another index saves more, or as much with fewer columns");
  }
  return { choice, rejected: [...rejected].map(([what, because]) => ({ what, because })), unplanned, problems };
}

/** Measured on PostgreSQL 15: about 6 µs a row and b-tree when inserting 20,000 rows; doubled, since page splits and WAL come later. */
const WRITE_COST_MS = 0.012;
const writeCostMs = (writesPerSecond: number, seconds: number): number => writesPerSecond * seconds * WRITE_COST_MS;

function propose(
  statements: readonly WorkloadStatement[],
  catalog: Catalog,
  rejected: Map<string, string>,
): Candidate[] {
  const kept = new Map<string, Candidate>();
  for (const { syntax } of statements) {
    for (const candidate of scansOf(syntax, catalog).flatMap(candidatesFor)) {
      const name = candidateName(candidate);
      const because = unfit(candidate);
      if (because === null) kept.set(name, candidate);
      else rejected.set(name, because);
    }
  }
  return [...kept.values()].sort((a, b) => (candidateName(a) < candidateName(b) ? -1 : 1));
}

function unfit(candidate: Candidate): string | null {
  const { table } = candidate;
  if (table.kind !== "r") return "a concurrent build cannot be made on a partitioned table or a materialised view";
  const covering = coveringIndex(candidate);
  if (covering !== null) return `${covering} already begins with these columns`;
  if (table.rows < SMALL_TABLE.rows || table.bytes < SMALL_TABLE.bytes) {
    return `the table is small (${Math.max(0, Math.round(table.rows))} rows, ${Math.round(table.bytes / 1024)} kB): reading it whole is fast`;
  }
  return null;
}

async function planAsIs(clone: PlannerClone, catalog: Catalog, statements: readonly WorkloadStatement[]) {
  const bases: Base[] = [];
  const unplanned: Advice["unplanned"] = [];
  for (const statement of statements) {
    const planned = await clone.plan(statement.query);
    if (!planned.ok) {
      unplanned.push({ key: statement.key, because: planned.because });
      continue;
    }
    const tables = new Set(scansOf(statement.syntax, catalog).map(({ table }) => table));
    bases.push({ statement, plan: { cost: planned.cost, text: planned.text }, tables });
  }
  return { bases, unplanned };
}

async function gainsOf(
  clone: PlannerClone,
  index: HypotheticalIndex,
  bases: readonly Base[],
): Promise<{ gains: Gain[]; because: string }> {
  const { table } = index.candidate;
  const gains: Gain[] = [];
  let because = "the planner would not use it";
  for (const { statement, plan, tables } of bases) {
    if (!tables.has(table)) continue;
    const planned = await clone.plan(statement.query, [index]);
    if (!planned.ok) {
      because = `its plan could not be made: ${planned.because}`;
      continue;
    }
    if (!indexesIn(planned.plan).some((name) => index.name.endsWith(name))) {
      const before = await clone.plan(statement.query);
      const kept = before.ok ? keptShare(before.plan, table.table, table.rows) : null;
      if (kept !== null && kept > LOW_SELECTIVITY)
        because = `the condition keeps ${Math.round(kept * 100)} % of the rows`;
      continue;
    }
    if (planned.cost > plan.cost * COST_RATIO) {
      because = `it would save only ${Math.round((1 - planned.cost / plan.cost) * 100)} % of the plan's cost`;
      continue;
    }
    const after = { cost: planned.cost, text: planned.text };
    gains.push({ statement, before: plan, after, savedMs: statement.totalMs * (1 - after.cost / plan.cost) });
  }
  return { gains, because };
}

function best(choices: readonly Choice[]): Choice | null {
  const most = Math.max(...choices.map(({ savedMs }) => savedMs));
  const [first] = choices
    .filter(({ savedMs }) => savedMs >= most * CLOSE_ENOUGH)
    .toSorted(
      (a, b) =>
        a.candidate.shape.keys.length - b.candidate.shape.keys.length ||
        b.savedMs - a.savedMs ||
        (candidateName(a.candidate) < candidateName(b.candidate) ? -1 : 1),
    );
  return first ?? null;
}
