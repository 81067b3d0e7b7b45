import type { Observed } from "../observed.ts";
import { SHARE_TO_BLAME } from "./share-to-blame.ts";
import { type Costly, costly, nameOf } from "./statements.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, rejected } from "./suspicion.ts";

const LEAST_CALLS = 500;

const FAST_MS = 2;

/** The rows of the parent and the calls of the child agree this well. */
const AGREEMENT = 0.3;

const CHILDREN_PER_PARENT = 10;

/** One query for a list, and then one for each row of it. */
export const nPlusOne: CauseRules = {
  cause: "n_plus_one",
  explains: ["cpu", "latency", "connections", "any"],
  weigh: (seen) =>
    costly(seen)
      .filter(
        ({ delta, share: part, statement }) =>
          statement.syntax.kind === "SelectStmt" &&
          delta.calls >= LEAST_CALLS &&
          delta.meanMs < FAST_MS &&
          part >= SHARE_TO_BLAME,
      )
      .map((child) => weighChild(seen, child)),
};

function weighChild(seen: Observed, child: Costly): Suspicion {
  const cause = "n_plus_one";
  const subject = nameOf(child.statement.key);
  if (child.delta.rowsPerCall > 20) return rejected(cause, subject, "a call gives many rows: it is no look-up of one");
  const parent = seen.interval.statements.find((one) => {
    const rows = one.calls * one.rowsPerCall;
    const agrees = Math.abs(rows - child.delta.calls) <= AGREEMENT * child.delta.calls;
    return (
      one.key !== child.statement.key &&
      one.calls * CHILDREN_PER_PARENT <= child.delta.calls &&
      one.rowsPerCall >= CHILDREN_PER_PARENT / 2 &&
      agrees
    );
  });
  if (parent === undefined) return rejected(cause, subject, "no other statement gives as many rows as it is called");
  return {
    proven: true,
    cause,
    subject,
    statement: `${subject} is called once for each row that ${nameOf(parent.key)} gives: ${count(child.delta.calls)} calls for ${count(parent.calls)} lists.`,
    impact: Math.min(1, child.share),
    for: [
      point(
        "pg_stat_statements",
        `${count(child.delta.calls)} calls of ${child.delta.meanMs.toFixed(2)} ms, ${child.delta.rowsPerCall.toFixed(1)} rows each: ${percentOf(child.share)} of the time.`,
        { calls: child.delta.calls, meanMs: child.delta.meanMs },
      ),
      point(
        "pg_stat_statements",
        `${nameOf(parent.key)} gave ${count(parent.calls * parent.rowsPerCall)} rows in ${count(parent.calls)} calls.`,
        { calls: parent.calls, rows: parent.calls * parent.rowsPerCall },
      ),
      point("planner_clone", `Each call costs ${count(child.plan?.cost ?? 0)}: it is as fast as it gets.`, {
        cost: child.plan?.cost ?? null,
      }),
    ],
    against: [],
    mending: null,
    recommendation: "Fetch the rows with the list, by a join or with = ANY($1); in an ORM, load the relation eagerly.",
  };
}
