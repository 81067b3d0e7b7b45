import type { OrchestrationContext } from "durable-functions";
import { DecisionEvent, decisionEvent, type Run, type StepOutput } from "../shared/contracts/steps.ts";
import { DAY_MS, earlier, instant, later } from "../shared/core/time.ts";
import { step, type Story } from "./step.ts";

type Proposed = Extract<StepOutput<"propose">, { outcome: "proposed" }>;
export type Consent = "approved" | "skipped" | "expired";

/** The longest timer that every version of the extension supports. */
const LONGEST_WAIT_MS = 6 * DAY_MS;

/** Waits for a person, for as long as the proposal lives. A standing instruction needs no wait. */
export function* consent(ctx: OrchestrationContext, run: Run, round: number, proposal: Proposed): Story<Consent> {
  if (proposal.consent === "standing") return "approved";
  const expiresAt = instant(proposal.expiresAt);
  const decided = ctx.df.waitForExternalEvent(decisionEvent(round));
  while (ctx.df.currentUtcDateTime.getTime() < expiresAt.getTime()) {
    const timer = ctx.df.createTimer(earlier(expiresAt, later(ctx.df.currentUtcDateTime, LONGEST_WAIT_MS)));
    const winner = yield ctx.df.Task.any([decided, timer]);
    if (winner === decided) {
      timer.cancel();
      const { verdict } = DecisionEvent.parse(decided.result);
      return verdict === "approve" ? "approved" : "skipped";
    }
  }
  const { decided: late } = yield* step(ctx, "expire", { ...run, proposalId: proposal.proposalId });
  if (late === "no") return "expired";
  return late === "approve" ? "approved" : "skipped";
}
