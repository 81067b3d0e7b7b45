import { type Observed, settingOf } from "../observed.ts";
import { ownSetting, roleOf } from "./generic-plan-regression.ts";
import { type Costly, nameOf, targetOf, recurring } from "./statements.ts";
import { type CauseRules, count, megabytes, percentOf, point, rejected, type Suspicion } from "./suspicion.ts";

const SHARE_TO_BLAME = 0.15;
const BLOCK_BYTES = 8_192;
/** A spill smaller than this costs little. */
const LEAST_SPILL_BYTES = 1 * 2 ** 20;
/** What spilled, in memory: rows in memory take about twice what they take on disk (PostgreSQL documentation, 19.4, work_mem). */
const IN_MEMORY = 2.5;
/** All sessions of a server together may take this share of its memory for sorting and hashing. */
const MEMORY_SHARE = 0.25;
/** effective_cache_size is three quarters of the memory by the usual rule, also on Azure. */
const CACHE_SHARE_OF_MEMORY = 0.75;
const MEGABYTE = 2 ** 20;

/** Sorts and hashes that do not fit into work_mem go to disk. */
export const workMemSpill: CauseRules = {
  cause: "work_mem_spill",
  explains: ["io", "temp_files", "latency", "cpu", "storage", "any"],
  weigh: (seen) =>
    recurring(seen)
      .filter(({ share, delta }) => share >= SHARE_TO_BLAME && spilled(delta) >= LEAST_SPILL_BYTES)
      .map((one) => weigh(seen, one)),
};

// Every block is written once and read once.
const spilled = ({ tempBlocksPerCall }: Costly["delta"]): number => (tempBlocksPerCall / 2) * BLOCK_BYTES;

function weigh(seen: Observed, one: Costly): Suspicion {
  const cause = "work_mem_spill";
  const { statement, delta } = one;
  const subject = nameOf(statement.key);
  const points = [
    point(
      "pg_stat_statements",
      `${count(delta.calls)} calls of ${delta.meanMs.toFixed(0)} ms spill ${megabytes(spilled(delta))} each to temporary files: ${percentOf(one.share)} of the time.`,
      { calls: delta.calls, spilledBytes: spilled(delta) },
    ),
    point("pg_settings", `work_mem is ${seen.settings.get("work_mem")?.setting ?? "?"} kB.`, {
      workMemKb: settingOf(seen, "work_mem"),
    }),
  ];
  const isIndexable = seen.advice.chosen.some(({ gains }) =>
    gains.some((gain) => gain.statement.key === statement.key),
  );
  if (isIndexable) return rejected(cause, subject, "an index spares it the sort or the hash altogether", points);
  const needed = neededMb(seen, delta);
  const most = mostMb(seen);
  const role = roleOf(seen, statement.key);
  const isAffordable = needed <= most && role !== null;
  return {
    proven: true,
    cause,
    subject,
    statement: `${subject} sorts or hashes more than work_mem holds: ${megabytes(spilled(delta))} a call go to disk.`,
    impact: Math.min(1, one.share),
    for: points,
    against: isAffordable
      ? []
      : [
          point(
            "pg_settings",
            `It would need ${needed} MB for each session, and ${most} MB is what the server's memory bears.`,
            { needed, most },
          ),
        ],
    mending: isAffordable
      ? {
          action: {
            kind: "set_role_setting",
            parameters: {
              role,
              database: seen.facts.database,
              setting: "work_mem",
              value: `${needed}MB`,
              oldValue: ownSetting(seen, role, "work_mem"),
            },
          },
          judgedBy: { basis: "statements", figure: "tempBlocksPerCall" },
          note: `Each sort and hash of ${role} may take ${needed} MB; the server's memory bears ${most} MB for each of its sessions.`,
          targets: [targetOf(one, seen.interval.seconds)],
        }
      : null,
    recommendation: isAffordable
      ? `Set work_mem to ${needed} MB for ${role} in this database, not for the server.`
      : `Let the statement sort less: fewer columns, a condition, a LIMIT. It would need ${needed} MB a session, more than the server's memory bears.`,
  };
}

/** The next power of two that holds what spilled and what was in memory already, in MB. */
function neededMb(seen: Observed, delta: Costly["delta"]): number {
  const held = (settingOf(seen, "work_mem") ?? 4_096) / 1_024;
  const wanted = (spilled(delta) * IN_MEMORY) / MEGABYTE + held;
  return 2 ** Math.ceil(Math.log2(Math.max(wanted, 8)));
}

/** What one sort may take when every session that works sorts at once, in MB. */
function mostMb(seen: Observed): number {
  const memoryMb =
    ((settingOf(seen, "effective_cache_size") ?? 524_288) * BLOCK_BYTES) / MEGABYTE / CACHE_SHARE_OF_MEMORY;
  const sessions = Math.max(4, seen.activity.active * 2, seen.server.vCores * 2);
  return Math.floor((memoryMb * MEMORY_SHARE) / sessions);
}
