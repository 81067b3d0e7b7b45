import type { SessionFacts } from "../../catalogue/diagnostics/sessions.ts";
import type { Observed } from "../observed.ts";
import { ddlQueues } from "./ddl-lock-queue.ts";
import { type CauseRules, type Suspicion, point, rejected, seconds, share } from "./suspicion.ts";
import { ending } from "./horizon.ts";
import { roots, isLasting, waitPoint, waiters } from "./waiting.ts";

/** One session holds what others need, and does not let go. */
export const lockBlocking: CauseRules = {
  cause: "lock_blocking",
  explains: ["locks", "latency", "connections", "long_transaction", "cpu", "errors", "any"],
  weigh: (seen) => [
    ...blockedByPrepared(seen),
    ...roots(seen).map(({ root, victims }) => weighRoot(seen, root, victims)),
  ],
};

function weighRoot(seen: Observed, root: SessionFacts, victims: readonly SessionFacts[]): Suspicion {
  const cause = "lock_blocking";
  const subject = `session ${root.pid}`;
  if (
    ddlQueues(seen).some(
      ({ ddl, behind }) =>
        ddl.blocked_by.includes(root.pid) &&
        victims.every((victim) => victim.pid === ddl.pid || behind.some(({ pid }) => pid === victim.pid)),
    )
  )
    return rejected(
      cause,
      subject,
      "it is only in front of DDL that waits: cancelling the DDL lets everybody else go on",
    );
  if (!isLasting(seen, root))
    return rejected(cause, subject, "another session was in front a moment ago: the lock changes hands");
  if (victims.every(({ command }) => isDdl(command)) && isReading(root))
    return rejected(cause, subject, "only DDL waits for it, and nobody waits behind the DDL");
  const isIdle = root.state?.startsWith("idle in transaction") ?? false;
  const isWorker = root.backend_type !== "client backend";
  return {
    proven: true,
    cause,
    subject,
    statement: `Session ${root.pid} of ${root.role ?? root.backend_type} keeps ${victims.length} sessions waiting; it ${isIdle ? "idles in its transaction" : `runs ${root.command || "a statement"}`} since ${seconds(root.state_seconds)}.`,
    impact: Math.max(0.5, share(victims.length, seen.activity.active + victims.length)),
    for: [
      point("pg_locks", `Every chain of waiting sessions ends at session ${root.pid}, which waits for nobody.`, {
        root: root.pid,
        waiting: victims.length,
      }),
      waitPoint(seen, victims),
      point(
        "pg_stat_activity",
        `It is ${root.state ?? root.backend_type} in a transaction of ${seconds(root.transaction_seconds)}.`,
        { state: root.state, seconds: root.transaction_seconds },
      ),
    ],
    against: [],
    mending:
      root.is_superuser || isWorker || root.xact_start === null
        ? null
        : ending(root, isIdle ? "terminate_backend" : "cancel_backend", { name: "waiting_sessions" }, victims.length),
    recommendation: isIdle
      ? `End session ${root.pid}: a cancel does nothing to a session that idles. Then let its application close its transactions.`
      : `Cancel the statement of session ${root.pid}.`,
  };
}

const isDdl = (command: string): boolean =>
  /^(ALTER|DROP|CREATE|TRUNCATE|REINDEX|CLUSTER|VACUUM|REFRESH|LOCK)$/.test(command);

const isReading = ({ command, has_transaction_id: writes }: SessionFacts): boolean => !writes && !isDdl(command);

/** pg_blocking_pids says 0 for a prepared transaction. */
function blockedByPrepared(seen: Observed): Suspicion[] {
  const victims = waiters(seen).filter(({ blocked_by: blockers }) => blockers.includes(0));
  const [holder] = seen.prepared;
  if (victims.length === 0 || holder === undefined) return [];
  return [
    {
      proven: true,
      cause: "lock_blocking",
      subject: `prepared transaction ${holder.gid}`,
      statement: `The prepared transaction ${holder.gid} keeps ${victims.length} sessions waiting, and no session will finish it.`,
      impact: Math.max(0.5, share(victims.length, seen.activity.active + victims.length)),
      for: [
        point(
          "pg_prepared_xacts",
          `${holder.gid} of ${holder.owner} has been prepared for ${seconds(holder.seconds)}.`,
          { seconds: holder.seconds },
        ),
        waitPoint(seen, victims),
      ],
      against: [],
      mending: {
        action: { kind: "rollback_prepared", parameters: { gid: holder.gid, owner: holder.owner } },
        judgedBy: {
          basis: "measure",
          measure: { name: "waiting_sessions" },
          from: victims.length,
          goal: 0,
          direction: "falls",
        },
        note: "What it did is lost. Ask the transaction's coordinator first: it may still commit it.",
      },
      recommendation: `Commit or roll back the prepared transaction ${holder.gid}.`,
    },
  ];
}
