import { computeSize, nextLarger } from "../../contracts/compute-sizes.ts";
import type { Observed } from "../observed.ts";
import { costly } from "./statements.ts";
import { type CauseRules, type Mending, percentOf, point, share } from "./suspicion.ts";

const READ_SHARE = 0.5;
const SCALE_UP =
  "Scale the server up (more vCores, or memory for the blocks that are read), or move reads to a replica.";
/** The CPU that a server may be busy with in the long run, where no alert says otherwise. */
const HIGH_CPU_PERCENT = 80;

/** Everything runs as it should, and it is too much for the machine. */
export const undersized: CauseRules = {
  cause: "undersized",
  explains: ["cpu", "memory", "io", "latency", "connections"],
  weigh: (seen) => {
    const top = costly(seen);
    const perSecond = seen.interval.totalMs / Math.max(seen.interval.seconds, 1) / 1_000;
    // Seconds of statements in a second are the sessions at work on average: one look may fall between two statements.
    const atWork = Math.max(seen.activity.active, perSecond);
    const busy = (seen.cpuPercent ?? 0) >= 85 || atWork > seen.server.vCores * 4;
    const largest = top[0]?.share ?? 0;
    const isSpread = top.length >= 4 && largest < 0.5;
    const blocks = seen.interval.database;
    const misses = blocks === null ? 0 : share(blocks.blocksRead, blocks.blocksHit + blocks.blocksRead);
    const isFull = perSecond >= seen.server.vCores * 0.8;
    if (!busy || !isFull || !isSpread || seen.activity.waiting_for_locks > 0) return [];
    return [
      {
        proven: true,
        cause: "undersized",
        subject: "the server",
        statement: `${top.length} statements that all have the plans that they need keep ${perSecond.toFixed(1)} cores busy, and the server has ${seen.server.vCores}.`,
        impact: 0.3,
        for: [
          point("pg_stat_statements", `The costliest takes only ${percentOf(largest)} of the time.`, {
            statements: top.length,
            largestShare: largest,
          }),
          point(
            "metric",
            `CPU ${seen.cpuPercent === null ? "unknown" : `${Math.round(seen.cpuPercent)} %`}, ${seen.activity.active} sessions at work.`,
            { cpuPercent: seen.cpuPercent, active: seen.activity.active },
          ),
          ...(misses >= READ_SHARE
            ? [point("pg_stat_database", `${percentOf(misses)} of the blocks were not in shared buffers.`, { misses })]
            : []),
        ],
        against: [],
        mending: scaling(seen),
        recommendation: SCALE_UP,
      },
    ];
  },
};

/** The next larger size of the family, where the registration lets PgMedic change it and the figure to judge it by is known. */
function scaling({ resource, cpuPercent, complaint }: Observed): Mending | null {
  if (resource === null || cpuPercent === null || resource.state !== "Ready" || resource.replicas > 0) return null;
  const [now, next] = [computeSize(resource.sku), nextLarger(resource.sku)];
  if (now === null || next === null) return null;
  const threshold = complaint.metric === "cpu_percent" ? complaint.threshold : null;
  const goal = Math.min(threshold ?? HIGH_CPU_PERCENT, HIGH_CPU_PERCENT);
  if (cpuPercent <= goal) return null;
  return {
    action: { kind: "scale_compute", parameters: { from: now.name, to: next.name } },
    judgedBy: {
      basis: "measure",
      measure: { name: "cpu_percent" },
      from: Math.round(cpuPercent),
      goal,
      direction: "falls",
    },
    note: `From ${now.vCores} to ${next.vCores} vCores and from ${now.memoryGiB} to ${next.memoryGiB} GiB: about ${Math.round((next.vCores / now.vCores) * 100)} % of the price. The restart ends every session; do it when the application bears that.`,
  };
}
