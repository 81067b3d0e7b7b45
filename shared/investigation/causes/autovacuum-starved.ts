import { type Observed, settingOf } from "../observed.ts";
import { deadHeavy, deadPoint } from "./dead-rows.ts";
import { type CauseRules, type Suspicion, point } from "./suspicion.ts";

/** Autovacuum is off, or all of its workers are busy while tables wait. */
export const autovacuumStarved: CauseRules = {
  cause: "autovacuum_starved",
  explains: ["bloat", "wraparound", "io", "cpu", "latency", "storage", "any"],
  weigh: (seen) => {
    const waiting = deadHeavy(seen).length;
    const isOff = seen.settings.get("autovacuum")?.setting === "off";
    if (
      isOff &&
      waiting +
        seen.tables.filter(({ modified_rows: modified, rows }) => modified > Math.max(10_000, rows * 0.2)).length >
        0
    )
      return [
        starved(seen, {
          name: "autovacuum",
          value: "on",
          oldValue: "off",
          statement: "Autovacuum is switched off for the whole server",
        }),
      ];
    const workers = settingOf(seen, "autovacuum_max_workers") ?? 3;
    const busy = seen.progress.filter(({ command, is_autovacuum: isAuto }) => command === "VACUUM" && isAuto).length;
    if (busy < workers || waiting < workers) return [];
    const limit = settingOf(seen, "autovacuum_vacuum_cost_limit") ?? -1;
    const current = limit < 0 ? (settingOf(seen, "vacuum_cost_limit") ?? 200) : limit;
    return [
      starved(seen, {
        name: "autovacuum_vacuum_cost_limit",
        value: String(Math.min(10_000, current * 5)),
        oldValue: String(limit),
        statement: `All ${workers} autovacuum workers are busy, and ${waiting} tables wait`,
      }),
    ];
  },
};

type Change = {
  name: "autovacuum" | "autovacuum_vacuum_cost_limit";
  value: string;
  oldValue: string;
  statement: string;
};

function starved(seen: Observed, { name, value, oldValue, statement }: Change): Suspicion {
  const [table] = deadHeavy(seen);
  return {
    proven: true,
    cause: "autovacuum_starved",
    subject: `server parameter ${name}`,
    statement: `${statement}: dead rows pile up.`,
    impact: 0.7,
    for: [
      point("pg_settings", `${name} is ${oldValue}.`, { [name]: oldValue }),
      ...(table === undefined ? [] : [deadPoint(table)]),
    ],
    against: [],
    mending: {
      action: { kind: "set_server_parameter", parameters: { name, value, oldValue } },
      judgedBy:
        table === undefined
          ? { basis: "measure", measure: { name: "waiting_sessions" }, from: 0, goal: 0, direction: "falls" }
          : {
              basis: "measure",
              measure: { name: "dead_rows", schema: table.schema, table: table.table },
              from: table.dead_rows,
              goal: Math.round(table.dead_rows * 0.5),
              direction: "falls",
            },
      note: "Vacuuming reads and writes more per second from then on.",
    },
    recommendation: `Set ${name} to ${value} on the server.`,
  };
}
