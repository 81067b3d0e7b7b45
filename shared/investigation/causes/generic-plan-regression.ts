import type { Observed } from "../observed.ts";
import { type Costly, nameOf, targetOf, recurring } from "./statements.ts";
import { type CauseRules, count, percentOf, point, rejected, type Suspicion } from "./suspicion.ts";

const SHARE_TO_BLAME = 0.2;
/** The plan that is made for any value costs this many times what the plan for the value would. */
const COST_RATIO = 5;
/** What a call reads must be nearer to the plan for any value than to the plan for its own. */
const BLOCKS_RATIO = 5;

/** A prepared statement keeps a plan for any value where the plan for its own value would be far better (PostgreSQL documentation, PREPARE). */
export const genericPlan: CauseRules = {
  cause: "generic_plan_regression",
  explains: ["cpu", "io", "latency", "any"],
  weigh: (seen) =>
    recurring(seen)
      .filter(({ share }) => share >= SHARE_TO_BLAME)
      .flatMap((one) => weigh(seen, one) ?? []),
};

function weigh(seen: Observed, one: Costly): Suspicion | null {
  const cause = "generic_plan_regression";
  const { plan, delta, statement } = one;
  if (plan === null || plan.known === null) return null;
  const subject = nameOf(statement.key);
  const own = ownPlan(one);
  if (own === null || plan.cost < own.cost * COST_RATIO)
    return rejected(cause, subject, "the plan for any value costs about as much as the plan for the value");
  if (delta.blocksPerCall < own.cost * BLOCKS_RATIO)
    return rejected(cause, subject, "a call reads as little as the plan for its own value would");
  const role = roleOf(seen, statement.key);
  if (role === null) return rejected(cause, subject, "the role that runs it is gone");
  return {
    proven: true,
    cause,
    subject,
    statement: `${subject} runs with a plan for any value, which costs ${count(plan.cost)} where the plan for its own value costs ${count(own.cost)}.`,
    impact: Math.min(1, one.share),
    for: [
      point(
        "pg_stat_statements",
        `${count(delta.calls)} calls of ${delta.meanMs.toFixed(2)} ms (fastest ${delta.minMs.toFixed(2)}, slowest ${delta.maxMs.toFixed(2)}), ${count(delta.blocksPerCall)} blocks and ${count(delta.rowsPerCall)} rows each: ${percentOf(one.share)} of the time.`,
        { calls: delta.calls, minMs: delta.minMs, maxMs: delta.maxMs, blocks: delta.blocksPerCall },
      ),
      point(
        "planner_clone",
        `The plan for any value reads ${[...new Set(plan.nodes.map((node) => node["Node Type"]).filter((type) => type.endsWith("Scan")))].join(", ")}; the plan for such a value ${[...new Set(own.scans)].join(", ")}.`,
        { generic: plan.cost, custom: own.cost },
      ),
      point("pg_stats", "The compared column is skewed: a few values take most of the rows.", {}),
    ],
    against: [],
    mending: {
      action: {
        kind: "set_role_setting",
        parameters: {
          role,
          database: seen.facts.database,
          setting: "plan_cache_mode",
          value: "force_custom_plan",
          oldValue: ownSetting(seen, role, "plan_cache_mode"),
        },
      },
      judgedBy: { basis: "statements", figure: "meanMs" },
      note: "Prepared statements of the role are planned anew at each call, which takes a fraction of a millisecond each.",
      targets: [targetOf(one, seen.interval.seconds)],
    },
    recommendation: `Set plan_cache_mode to force_custom_plan for ${role}, or prepare this statement with literals for the skewed column.`,
  };
}

/** The plan for the values that were really asked for, told by the rows that came back: few are the rare value's, many the common one's. */
function ownPlan({ plan, delta }: Costly) {
  if (plan?.known === null || plan === null) return null;
  const { rare, common } = plan.known;
  if (common === null) return rare;
  const isAggregated = /Aggregate|Limit/.test(plan.nodes[0]?.["Node Type"] ?? "");
  const isRare = isAggregated
    ? delta.blocksPerCall > rare.cost
    : delta.rowsPerCall < Math.sqrt(Math.max(rare.rows, 1) * Math.max(common.rows, 1));
  return isRare ? rare : common;
}

/** The role of a statement, by its id in the key; null when it is not connected and so not known. */
export function roleOf({ workload }: Observed, key: string): string | null {
  return workload.roles.get(key) ?? null;
}

/** What a role has set for itself in this database; null for nothing. */
export function ownSetting({ roles }: Observed, role: string, setting: string): string | null {
  const own = roles.find((known) => known.role === role)?.settings.find((known) => known.startsWith(`${setting}=`));
  return own === undefined ? null : own.slice(setting.length + 1);
}
