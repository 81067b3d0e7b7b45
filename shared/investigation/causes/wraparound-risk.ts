import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import { type Observed, settingOf } from "../observed.ts";
import { horizonHolders } from "./horizon.ts";
import { type CauseRules, type Suspicion, count, point, rejected } from "./suspicion.ts";

/** Beyond its own limit autovacuum freezes by force; a fifth more means that it does not keep up. */
const OVERDUE = 1.2;

const ABSOLUTE_AGE = 1_000_000_000;

export const agedBeyond = (seen: Observed): number =>
  Math.min(ABSOLUTE_AGE, (settingOf(seen, "autovacuum_freeze_max_age") ?? 200_000_000) * OVERDUE);

/** Transaction ids are running out for the oldest table (PostgreSQL documentation, 24.1.5). */
export const wraparoundRisk: CauseRules = {
  cause: "wraparound_risk",
  explains: ["wraparound", "errors", "any"],
  weigh: (seen) => {
    const limit = agedBeyond(seen);
    const mxidLimit = Math.min(
      ABSOLUTE_AGE,
      (settingOf(seen, "autovacuum_multixact_freeze_max_age") ?? 400_000_000) * OVERDUE,
    );
    const [oldest] = seen.tables
      .filter(({ kind, freeze_age: age, mxid_age: mxid }) => kind === "r" && (age >= limit || mxid >= mxidLimit))
      .toSorted((a, b) => b.freeze_age - a.freeze_age || b.mxid_age - a.mxid_age || a.oid - b.oid);
    return oldest === undefined ? [] : [weighAge(seen, oldest, limit)];
  },
};

function weighAge(seen: Observed, table: TableHealth, limit: number): Suspicion {
  const cause = "wraparound_risk";
  const subject = `${table.schema}.${table.table}`;
  const holder = horizonHolders(seen).find(({ age }) => age >= limit);
  if (holder !== undefined)
    return rejected(cause, subject, `freezing cannot help while ${holder.what} holds the horizon`, [holder.point]);
  const worker = seen.progress.find(({ command, table_oid: oid }) => command === "VACUUM" && oid === table.oid);
  if (worker !== undefined) return rejected(cause, subject, "it is being vacuumed right now");
  return {
    proven: true,
    cause,
    subject,
    statement: `The oldest transaction id of ${table.table} is ${count(table.freeze_age)} ids old, beyond the ${count(limit)} at which autovacuum should have frozen it.`,
    impact: 0.9,
    for: [
      point(
        "pg_class",
        `age(relfrozenxid) of ${table.table} is ${count(table.freeze_age)}, mxid_age ${count(table.mxid_age)}.`,
        { freezeAge: table.freeze_age, mxidAge: table.mxid_age },
      ),
      point(
        "pg_settings",
        `autovacuum_freeze_max_age is ${count(settingOf(seen, "autovacuum_freeze_max_age") ?? 0)}.`,
        {},
      ),
      point(
        "pg_database",
        `The database's oldest id is ${count(seen.database?.freeze_age ?? 0)} old; at about 2,147,000,000 the server refuses writes.`,
        { databaseAge: seen.database?.freeze_age ?? null },
      ),
      point("pg_stat_activity", "No transaction, prepared transaction, slot or replica is as old.", { holders: 0 }),
    ],
    against: [],
    mending: {
      action: { kind: "vacuum_freeze", parameters: { schema: table.schema, table: table.table } },
      judgedBy: {
        basis: "measure",
        measure: { name: "freeze_age", schema: table.schema, table: table.table },
        from: table.freeze_age,
        goal: Math.round(limit / 2),
        direction: "falls",
      },
      note: "VACUUM (FREEZE) reads the whole table and writes the pages that it freezes.",
    },
    recommendation: `Freeze ${subject} now, and find out why autovacuum did not.`,
  };
}
