import type { SessionFacts } from "../../catalogue/diagnostics/sessions.ts";
import { type Observed, settingOf } from "../observed.ts";
import { ownSetting } from "./generic-plan-regression.ts";
import { type CauseRules, type Suspicion, point, rejected, seconds, share } from "./suspicion.ts";
import { ending } from "./horizon.ts";
import { roots } from "./waiting.ts";

/** An idle transaction that old holds locks and the horizon for nothing. */
const IDLE_SECONDS = { any: 60, complainedAbout: 20 } as const;

const MANY_OF_ONE_ROLE = 3;

/** Transactions that were begun and forgotten. */
export const idleInTransaction: CauseRules = {
  cause: "idle_in_transaction",
  explains: ["long_transaction", "connections", "locks", "bloat", "any"],
  weigh: (seen) => {
    const { symptom } = seen.complaint;
    const least =
      symptom === "long_transaction" || symptom === "connections" ? IDLE_SECONDS.complainedAbout : IDLE_SECONDS.any;
    const idle = seen.sessions.filter(
      ({ state, state_seconds: since, is_here: isHere }) =>
        isHere && (state?.startsWith("idle in transaction") ?? false) && (since ?? 0) >= least,
    );
    const [oldest] = idle.toSorted(
      (a, b) => (b.transaction_seconds ?? 0) - (a.transaction_seconds ?? 0) || a.pid - b.pid,
    );
    return oldest === undefined ? [] : [weighIdle(seen, oldest, idle)];
  },
};

function weighIdle(seen: Observed, oldest: SessionFacts, idle: readonly SessionFacts[]): Suspicion {
  const cause = "idle_in_transaction";
  const subject = `session ${oldest.pid}`;
  if (roots(seen).some(({ root }) => root.pid === oldest.pid))
    return rejected(cause, subject, "it keeps others waiting: that is the graver cause");
  const ofRole = idle.filter(({ role }) => role === oldest.role);
  const role = oldest.role;
  const isHabit =
    ofRole.length >= MANY_OF_ONE_ROLE &&
    role !== null &&
    (settingOf(seen, "idle_in_transaction_session_timeout") ?? 0) === 0;
  return {
    proven: true,
    cause,
    subject: isHabit ? `role ${role}` : subject,
    statement: isHabit
      ? `${ofRole.length} sessions of ${role} idle in transactions, the oldest since ${seconds(oldest.state_seconds)}.`
      : `Session ${oldest.pid} of ${role} has idled in its transaction since ${seconds(oldest.state_seconds)}.`,
    impact: Math.max(0.3, share(idle.length, seen.activity.connections)),
    for: [
      point(
        "pg_stat_activity",
        `Its transaction is ${seconds(oldest.transaction_seconds)} old, its last statement ended ${seconds(oldest.state_seconds)} ago (${oldest.application || "no application name"}).`,
        { pid: oldest.pid, transactionSeconds: oldest.transaction_seconds, idleSeconds: oldest.state_seconds },
      ),
      point(
        "pg_settings",
        `idle_in_transaction_session_timeout is ${seen.settings.get("idle_in_transaction_session_timeout")?.setting ?? "?"} ms: nothing ends it.`,
        {},
      ),
    ],
    against:
      oldest.horizon_age === null && !oldest.has_transaction_id
        ? [point("pg_stat_activity", "It holds neither a snapshot nor a transaction id: rows can be removed.", {})]
        : [],
    mending: mendingOf(seen, oldest, isHabit ? role : null, ofRole.length),
    recommendation: `Let ${oldest.application || "the application"} commit before it waits for anything else, and set idle_in_transaction_session_timeout for ${role}.`,
  };
}

function mendingOf(seen: Observed, oldest: SessionFacts, role: string | null, sessions: number) {
  if (role !== null) {
    return {
      action: {
        kind: "set_role_setting",
        parameters: {
          role,
          database: seen.facts.database,
          setting: "idle_in_transaction_session_timeout",
          value: "60s",
          oldValue: ownSetting(seen, role, "idle_in_transaction_session_timeout"),
        },
      } as const,
      judgedBy: {
        basis: "measure",
        measure: { name: "role_connections", role },
        from: sessions,
        goal: 0,
        direction: "falls",
      } as const,
      note: `New sessions of ${role} are ended when they idle in a transaction for a minute.`,
    };
  }
  return oldest.is_superuser || oldest.xact_start === null ? null : ending(oldest, "terminate_backend");
}
