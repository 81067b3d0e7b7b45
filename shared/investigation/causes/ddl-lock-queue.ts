import type { SessionFacts } from "../../catalogue/diagnostics/sessions.ts";
import type { Observed } from "../observed.ts";
import { type CauseRules, type Suspicion, point, seconds, share } from "./suspicion.ts";
import { ending } from "./horizon.ts";
import { waitPoint } from "./waiting.ts";

const ACCESS_EXCLUSIVE = "AccessExclusiveLock";

/** Locks that only DDL and maintenance take, and that others queue behind. */
const DDL_MODES = new Set([ACCESS_EXCLUSIVE, "ExclusiveLock", "ShareRowExclusiveLock", "ShareLock"]);

/** DDL that waits, with those that wait behind it on the same relation. */
export function ddlQueues(seen: Observed): { ddl: SessionFacts; relation: string; behind: SessionFacts[] }[] {
  return seen.lockWaits
    .filter(({ lock_type: type, mode }) => type === "relation" && DDL_MODES.has(mode))
    .flatMap(({ pid, relation_oid: oid, relation }) => {
      const ddl = seen.sessions.find((session) => session.pid === pid);
      if (ddl === undefined || ddl.backend_type !== "client backend") return [];
      const behind = seen.lockWaits.flatMap((wait) => {
        const session = seen.sessions.find((known) => known.pid === wait.pid);
        const isBehind = wait.relation_oid === oid && wait.pid !== pid && session?.blocked_by.includes(pid) === true;
        return isBehind && session !== undefined && !DDL_MODES.has(wait.mode) ? [session] : [];
      });
      return behind.length === 0 ? [] : [{ ddl, relation: relation ?? "a relation", behind }];
    });
}

/** Everybody queues behind DDL that itself waits for somebody in front (PostgreSQL documentation, 13.3.1). */
export const ddlLockQueue: CauseRules = {
  cause: "ddl_lock_queue",
  explains: ["locks", "latency", "connections", "long_transaction", "cpu", "errors", "any"],
  weigh: (seen) =>
    ddlQueues(seen)
      .slice(0, 1)
      .map((queue) => weighQueue(seen, queue)),
};

function weighQueue(seen: Observed, { ddl, relation, behind }: ReturnType<typeof ddlQueues>[number]): Suspicion {
  const front = seen.sessions.filter(({ pid }) => ddl.blocked_by.includes(pid));
  return {
    proven: true,
    cause: "ddl_lock_queue",
    subject: `session ${ddl.pid}`,
    statement: `${behind.length} sessions queue on ${relation} behind ${ddl.command || "DDL"} of session ${ddl.pid}, which itself waits.`,
    impact: Math.max(0.5, share(behind.length, seen.activity.active + behind.length)),
    for: [
      point("pg_locks", `Session ${ddl.pid} waits for a lock on ${relation} that nothing else may hold beside it.`, {
        pid: ddl.pid,
        relation,
      }),
      waitPoint(seen, behind),
      ...front.map(({ pid, state, transaction_seconds: open }) =>
        point(
          "pg_stat_activity",
          `In front of it is session ${pid}, ${state}, in a transaction of ${seconds(open)}: it hinders nobody else.`,
          { pid, state, seconds: open },
        ),
      ),
    ],
    against: [],
    mending: ddl.is_superuser ? null : ending(ddl, "cancel_backend", { name: "waiting_sessions" }, behind.length + 1),
    recommendation: `Cancel the waiting ${ddl.command || "DDL"} of session ${ddl.pid}; run it again with a lock_timeout.`,
  };
}
