import type { StatementDelta } from "../interval.ts";
import type { TargetStatement } from "../../contracts/proposal.ts";
import type { WorkloadStatement } from "../../advisor/advice.ts";
import type { StatementPlan } from "../plan-statements.ts";
import type { Observed } from "../observed.ts";

/** A statement of the workload with its figures and its plan. */
export type Costly = {
  statement: WorkloadStatement;
  delta: StatementDelta;
  plan: StatementPlan | null;
  /** Its share of the interval's statement time. */
  share: number;
};

/** The statements that took the time, the costliest first. */
export function costly({ workload, interval, plans }: Observed): Costly[] {
  return workload.statements.flatMap((statement) => {
    const delta = interval.statements.find(({ key }) => key === statement.key);
    if (delta === undefined) return [];
    const share = interval.totalMs > 0 ? delta.totalMs / interval.totalMs : 0;
    return [{ statement, delta, plan: plans.get(statement.key) ?? null, share }];
  });
}

/** A statement that was called less often than this in all its life is no load that comes back. */
export const FEWEST_CALLS = 4;

/** The costly statements that come back: what ran once or twice needs no remedy. */
export const recurring = (seen: Observed): Costly[] =>
  costly(seen).filter(({ delta }) => delta.allCalls >= FEWEST_CALLS);

/** A costly statement as the target of an action: where its plan does not change, it is the same before and after. */
export function targetOf({ statement, delta, plan, share }: Costly, seconds: number): TargetStatement {
  const figure = { cost: plan?.cost ?? 0, text: plan?.text ?? "" };
  return {
    queryId: statement.key,
    query: statement.query,
    callsPerSecond: delta.calls / Math.max(seconds, 1),
    meanMs: delta.meanMs,
    blocksPerCall: delta.blocksPerCall,
    shareOfTime: Math.min(1, share),
    before: figure,
    after: figure,
  };
}

/** A call that reads fewer blocks is as quick as an index makes it: searching one and fetching a few rows takes tens of blocks. */
export const FEWEST_BLOCKS = 50;

/** The name of a statement in a sentence: its queryid, since its text may hold what is nobody's business. */
export const nameOf = (key: string): string => `statement ${key.split("/")[1] ?? key}`;

/** A workload must be worth this much statement time per second and core (ms) before any of its statements is to blame for load. */
export const isBusyWith = ({ interval, server }: Observed): boolean =>
  interval.totalMs / Math.max(interval.seconds, 1) > 50 * server.vCores;
