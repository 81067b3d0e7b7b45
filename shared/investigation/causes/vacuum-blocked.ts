import type { Observed } from "../observed.ts";
import { deadHeavy, deadPoint } from "./dead-rows.ts";
import { type Holder, holderOf, horizonHolders, slotHolders } from "./horizon.ts";
import type { CauseRules, Point, Suspicion } from "./suspicion.ts";
import { agedBeyond } from "./wraparound-risk.ts";

/** Dead rows that VACUUM cannot remove, because somebody may still see them. */
export const vacuumBlocked: CauseRules = {
  cause: "vacuum_blocked",
  explains: ["bloat", "io", "cpu", "latency", "storage", "wraparound", "long_transaction", "any"],
  weigh: (seen) => {
    const [table] = deadHeavy(seen);
    const holder = table === undefined ? null : holderOf(seen, table);
    if (holder !== null && table !== undefined)
      return [blocked(holder, [deadPoint(table)], `dead rows of ${table.table} cannot be removed`)];
    const oldest = horizonHolders(seen).find(({ age }) => age >= agedBeyond(seen));
    if (oldest !== undefined) return [blocked(oldest, [], "transaction ids cannot be frozen")];
    const slot = slotHolders(seen).find((known) => known.mending !== null && known.age > 0);
    return slot !== undefined && isAboutSlots(seen) ? [blocked(slot, [], "old rows and write-ahead log are kept")] : [];
  },
};

const isAboutSlots = ({ complaint: { symptom } }: Observed): boolean =>
  symptom === "replication" || symptom === "storage" || symptom === "bloat";

function blocked(holder: Holder, points: Point[], consequence: string): Suspicion {
  return {
    proven: true,
    cause: "vacuum_blocked",
    subject: holder.what,
    statement: `${capital(holder.what)} holds back the horizon: ${consequence}.`,
    // While the horizon is held neither VACUUM nor more of autovacuum helps: it comes before both.
    impact: 0.8,
    for: [holder.point, ...points],
    against: [],
    mending: holder.mending,
    recommendation: holder.recommendation,
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
