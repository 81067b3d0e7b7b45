import type { Choice } from "../../advisor/advice.ts";
import { coveringIndex } from "../../advisor/existing-index.ts";
import type { Observed } from "../observed.ts";
import { FEWEST_BLOCKS, FEWEST_CALLS } from "./statements.ts";
import { count, percentOf } from "./suspicion.ts";

/** A cause must take at least this share of the statement time: below it, mending it would not be felt. */
const SHARE_TO_BLAME = 0.2;
/** A plan's cost counts at least one for a block: who reads no more than that already has as good a plan. */
const BLOCKS_OVER_COST = 2;

/** A condition that keeps more than this share of the rows is served as well by reading the table. */
const LOW_SELECTIVITY = 0.1;

/** Why an index that plans well is not what the incident needs; null when it is. */
export function objectionTo(seen: Observed, choice: Choice, saved: number): string | null {
  const { table } = choice.candidate;
  const twin = coveringIndex({ table, shape: { ...choice.candidate.shape, include: [] } });
  if (twin !== null) return `${twin} has these keys already: only columns beside them would be new`;
  if (saved < SHARE_TO_BLAME) return `it would save only ${percentOf(saved)} of the statement time`;
  const delta = seen.interval.tables.get(table.oid);
  const reads = (delta?.seqScans ?? 0) + (delta?.indexScans ?? 0);
  if (reads === 0 && choice.need !== "missing_fk_index") return "its table was not read in this time";
  const kept = Math.min(...choice.gains.map(({ after }) => keptBy(after.text, table)));
  if (kept > LOW_SELECTIVITY && choice.need !== "missing_sort_index" && choice.need !== "missing_fk_index")
    return `the condition keeps ${percentOf(kept)} of the rows, as far as the planner can know`;
  const deltas = choice.gains.flatMap(
    ({ statement }) => seen.interval.statements.find(({ key }) => key === statement.key) ?? [],
  );
  const calls = deltas.map(({ allCalls }) => allCalls);
  const recent = Math.max(0, ...deltas.map((one) => one.calls));
  const blocks = Math.max(0, ...deltas.map(({ blocksPerCall }) => blocksPerCall));
  const isReadWhole = (delta?.seqScans ?? 0) >= recent / 2;
  const planned = Math.min(...choice.gains.map(({ after }) => after.cost));
  if (!isReadWhole && choice.need !== "missing_fk_index" && blocks <= planned * BLOCKS_OVER_COST)
    return `a call reads ${count(blocks)} blocks already, about what it would read with the index`;
  if (blocks < FEWEST_BLOCKS) return `a call reads only ${count(blocks)} blocks, whatever its plan is`;
  if (Math.max(0, ...calls) < FEWEST_CALLS)
    return `the statement was called ${Math.max(0, ...calls)} times in all: no load that comes back`;
  return null;
}

/** The share of a table's rows that a plan takes from an index that is tried; 0 where the plan does not say. */
function keptBy(plan: string, { rows }: Choice["candidate"]["table"]): number {
  const found = [...plan.matchAll(/pgmedic_candidate_\d+[^\n]*? rows=(\d+)/g)].map(([, figure]) => Number(figure));
  return rows > 0 && found.length > 0 ? Math.max(...found) / rows : 0;
}
