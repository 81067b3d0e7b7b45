import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import type { Observed } from "../observed.ts";
import { deadHeavy, deadPoint } from "./dead-rows.ts";
import { holderOf } from "./horizon.ts";
import { type CauseRules, type Suspicion, percentOf, point, rejected } from "./suspicion.ts";

/** Dead rows that VACUUM could remove, and autovacuum has not. */
export const tableBloat: CauseRules = {
  cause: "table_bloat",
  explains: ["bloat", "io", "cpu", "latency", "storage", "memory", "any"],
  weigh: (seen) => deadHeavy(seen).map((table) => weighBloat(seen, table)),
};

function weighBloat(seen: Observed, table: TableHealth): Suspicion {
  const cause = "table_bloat";
  const subject = `${table.schema}.${table.table}`;
  const holder = holderOf(seen, table);
  if (holder !== null)
    return rejected(cause, subject, `VACUUM cannot remove its dead rows: ${holder.what} may still see them`, [
      holder.point,
    ]);
  const worker = seen.progress.find(({ command, table_oid: oid }) => command === "VACUUM" && oid === table.oid);
  if (worker !== undefined)
    return rejected(cause, subject, "it is being vacuumed right now", [
      point("pg_stat_progress", `Session ${worker.pid} vacuums it: ${worker.phase}.`, { pid: worker.pid }),
    ]);
  const isOff = table.options.includes("autovacuum_enabled=false");
  return {
    proven: true,
    cause,
    subject,
    statement: `${table.table} is full of dead rows: ${percentOf(table.dead_rows / (table.dead_rows + table.live_rows))} of its rows are dead, and nothing keeps VACUUM from removing them.`,
    impact: Math.min(0.9, table.dead_rows / (table.dead_rows + table.live_rows)),
    for: [
      deadPoint(table),
      point("pg_stat_activity", "No transaction, prepared transaction, slot or replica holds them back.", {
        holders: 0,
      }),
      ...(isOff ? [point("pg_class", `Autovacuum is switched off for ${table.table}.`, { autovacuum: false })] : []),
    ],
    against: [],
    mending: {
      action: { kind: "vacuum_table", parameters: { schema: table.schema, table: table.table } },
      judgedBy: {
        basis: "measure",
        measure: { name: "dead_rows", schema: table.schema, table: table.table },
        from: table.dead_rows,
        goal: Math.round(table.dead_rows * 0.1),
        direction: "falls",
      },
      note: "VACUUM reads the whole table once, at the server's own vacuum cost limits; the file does not shrink, its room is used again.",
    },
    recommendation: isOff
      ? `Vacuum ${subject}, and switch autovacuum on for it again.`
      : `Vacuum ${subject}, and let autovacuum come sooner: a smaller autovacuum_vacuum_scale_factor on this table.`,
  };
}
