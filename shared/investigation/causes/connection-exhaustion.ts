import { type Observed, settingOf } from "../observed.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, rejected, share } from "./suspicion.ts";
import { waiters } from "./waiting.ts";

const FULL_SHARE = 0.8;

const IDLE_SHARE = 0.6;

const ROLE_SHARE = 0.5;

/** Connections run out, and most of them do nothing. */
export const connectionExhaustion: CauseRules = {
  cause: "connection_exhaustion",
  explains: ["connections", "memory", "errors", "latency", "any"],
  weigh: (seen) => {
    const most = settingOf(seen, "max_connections") ?? seen.facts.max_connections;
    const used = share(seen.activity.connections, most);
    return used >= FULL_SHARE ? [weighConnections(seen, used, most)] : [];
  },
};

function weighConnections(seen: Observed, used: number, most: number): Suspicion {
  const cause = "connection_exhaustion";
  const waiting = waiters(seen).length;
  const [largest] = seen.roles;
  const subject = `role ${largest?.role ?? "?"}`;
  if (share(waiting, seen.activity.connections) > 0.3)
    return rejected(cause, subject, `${waiting} of them wait for locks: the pile-up is the consequence, not the cause`);
  const idle = seen.roles.reduce((sum, role) => sum + role.idle, 0);
  const idleShare = share(idle, seen.activity.connections);
  const isOneRole = largest !== undefined && share(largest.connections, seen.activity.connections) >= ROLE_SHARE;
  const canLimit = isOneRole && !largest.is_superuser && largest.connection_limit < 0 && idleShare >= IDLE_SHARE;
  const limit = Math.max(5, Math.floor(most * 0.5));
  return {
    proven: true,
    cause,
    subject,
    statement: `${seen.activity.connections} of ${most} connections are taken, ${percentOf(idleShare)} of them idle.`,
    impact: used,
    for: [
      point(
        "pg_stat_activity",
        `${seen.activity.connections} sessions, ${count(idle)} idle, ${seen.activity.active} at work, ${waiting} waiting for locks.`,
        { connections: seen.activity.connections, idle, active: seen.activity.active, waiting },
      ),
      ...seen.roles
        .slice(0, 3)
        .map(({ role, connections, application, idle: idleOfRole }) =>
          point(
            "pg_stat_activity",
            `${role} has ${connections}, ${idleOfRole} of them idle (${application || "no application name"}).`,
            { role, connections, idle: idleOfRole },
          ),
        ),
    ],
    against: [],
    mending: canLimit
      ? {
          action: {
            kind: "set_role_connection_limit",
            parameters: { role: largest.role, limit, oldLimit: largest.connection_limit },
          },
          judgedBy: {
            basis: "measure",
            measure: { name: "role_connections", role: largest.role },
            from: largest.connections,
            goal: limit,
            direction: "falls",
          },
          note: `New connections of ${largest.role} beyond ${limit} are refused; those that are open stay.`,
        }
      : null,
    recommendation: `Put a pooler (PgBouncer, built into Flexible Server) in front of ${largest?.application || largest?.role || "the application"}, with a pool of a few connections per core; do not raise max_connections.`,
  };
}
