import type { Observed } from "../observed.ts";
import { ownSetting, roleOf } from "./generic-plan-regression.ts";
import { type Costly, nameOf, targetOf, recurring } from "./statements.ts";
import { type CauseRules, count, percentOf, point, rejected, type Suspicion } from "./suspicion.ts";

const SHARE_TO_BLAME = 0.2;
/** Compiling that takes this share of a statement's time costs more than it can give back. */
const JIT_SHARE = 0.4;

/** Compiling expressions takes longer than running them (PostgreSQL documentation, 32.2). */
export const jitOverhead: CauseRules = {
  cause: "jit_overhead",
  explains: ["cpu", "latency", "any"],
  weigh: (seen) =>
    recurring(seen)
      .filter(({ share, delta }) => share >= SHARE_TO_BLAME && (delta.jitShare ?? 0) > 0)
      .map((one) => weigh(seen, one)),
};

function weigh(seen: Observed, one: Costly): Suspicion {
  const cause = "jit_overhead";
  const { statement, delta } = one;
  const subject = nameOf(statement.key);
  const part = delta.jitShare ?? 0;
  const role = roleOf(seen, statement.key);
  if (part < JIT_SHARE) return rejected(cause, subject, `compiling takes only ${percentOf(part)} of its time`);
  if (role === null) return rejected(cause, subject, "the role that runs it is gone");
  return {
    proven: true,
    cause,
    subject,
    statement: `${subject} spends ${percentOf(part)} of its time on compiling what runs in a moment.`,
    impact: Math.min(1, one.share * part),
    for: [
      point(
        "pg_stat_statements",
        `${count(delta.calls)} calls of ${delta.meanMs.toFixed(1)} ms, of which compiling takes ${percentOf(part)}.`,
        { calls: delta.calls, meanMs: delta.meanMs, jitShare: part },
      ),
      point(
        "pg_settings",
        `jit is on from a plan cost of ${seen.settings.get("jit_above_cost")?.setting ?? "100000"}; the plan costs ${count(one.plan?.cost ?? 0)}.`,
        { cost: one.plan?.cost ?? null },
      ),
    ],
    against: [],
    mending: {
      action: {
        kind: "set_role_setting",
        parameters: {
          role,
          database: seen.facts.database,
          setting: "jit",
          value: "off",
          oldValue: ownSetting(seen, role, "jit"),
        },
      },
      judgedBy: { basis: "statements", figure: "meanMs" },
      note: `Long analytic statements of ${role} are no longer compiled either.`,
      targets: [targetOf(one, seen.interval.seconds)],
    },
    recommendation: `Switch jit off for ${role}, or raise jit_above_cost.`,
  };
}
