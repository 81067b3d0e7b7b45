import type { OrchestrationContext } from "durable-functions";
import type { Run, StepOutput } from "../shared/contracts/steps.ts";
import { later } from "../shared/core/time.ts";
import { pause, step, type Story } from "./step.ts";

export type Executed = Exclude<StepOutput<"execute">, { outcome: "waiting" }>;
export type Undone = Exclude<StepOutput<"rollBack">, { outcome: "waiting" }>;

const soon = (ctx: OrchestrationContext, ms: number): Date => later(ctx.df.currentUtcDateTime, ms);

/** Executes, looking again for as long as the server builds, or the action has to wait for its turn. */
export function* carriedOut(ctx: OrchestrationContext, run: Run): Story<Executed> {
  for (;;) {
    const result = yield* step(ctx, "execute", run);
    if (result.outcome !== "waiting") return result;
    yield* pause(ctx, soon(ctx, result.checkAgainMs));
  }
}

/** Looks at the effect in windows that grow until there is proof, or no further window. */
export function* verified(ctx: OrchestrationContext, run: Run, firstWindowMs: number): Story<StepOutput<"verify">> {
  let windowMs = firstWindowMs;
  for (let window = 1; ; window += 1) {
    yield* pause(ctx, soon(ctx, windowMs));
    const result = yield* step(ctx, "verify", { ...run, window, isFollowUp: false });
    if (result.nextWindowMs === null) return result;
    windowMs = result.nextWindowMs;
  }
}

/** Undoes the action by its saved inverse. */
export function* undone(ctx: OrchestrationContext, run: Run, because: string): Story<Undone> {
  for (;;) {
    const result = yield* step(ctx, "rollBack", { ...run, because });
    if (result.outcome !== "waiting") return result;
    yield* pause(ctx, soon(ctx, result.checkAgainMs));
  }
}

/** Whether a verdict means that the action must not stay. */
export const mustGo = ({ verdict }: StepOutput<"verify">): boolean =>
  verdict === "no_effect" || verdict === "regressed";
