import type { OrchestrationContext } from "durable-functions";
import type { ResolutionPath } from "../shared/contracts/outcome.ts";
import { Run } from "../shared/contracts/steps.ts";
import { later } from "../shared/core/time.ts";
import { consent } from "./consent.ts";
import { pause, reasonOf, step, type Story } from "./step.ts";
import { carriedOut, mustGo, undone, verified } from "./verification.ts";

/** The end of a run. `executed` becomes human-approved or autonomous, by who decided. */
export type Ending = { path: ResolutionPath | "executed"; because: string };

/** A proposal that reality overtook is made again, but not for ever. */
const MOST_ROUNDS = 3;

/**
 * The way of an alert: investigate, propose one typed action, get consent, execute, verify, undo what did not help, close.
 * This code is replayed: it does no I/O and reads no clock; every step is an activity that may be repeated.
 */
export function* respondToAlert(ctx: OrchestrationContext): Story<Ending> {
  const run = Run.parse(ctx.df.getInput());
  let ending: Ending;
  try {
    ending = yield* resolve(ctx, run);
  } catch (failure) {
    ending = { path: "failed", because: `The run failed: ${reasonOf(failure)}` };
  }
  const { followUpMs } = yield* step(ctx, "close", { ...run, ...ending });
  if (followUpMs !== null) yield* followUp(ctx, run, followUpMs);
  return ending;
}

function* resolve(ctx: OrchestrationContext, run: Run): Story<Ending> {
  // If another run has the server, this one still investigates and proposes; it takes the lock before it executes.
  yield* step(ctx, "acquireLock", run);

  const diagnosis = yield* step(ctx, "investigate", run);
  if (diagnosis.verdict === "healthy" || diagnosis.verdict === "expected")
    return { path: "noAction", because: diagnosis.because };
  if (diagnosis.verdict !== "cause") return { path: "handedOff", because: diagnosis.because };

  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const proposal = yield* step(ctx, "propose", { ...run, round });
    if (proposal.outcome !== "proposed") return { path: "handedOff", because: `No action: ${proposal.because}.` };

    const answer = yield* consent(ctx, run, round, proposal);
    if (answer === "skipped") return { path: "skipped", because: "A person skipped the proposal." };
    if (answer === "expired") return { path: "expired", because: "Nobody decided before the proposal expired." };

    const execution = yield* carriedOut(ctx, run);
    if (execution.outcome === "changed") continue;
    if (execution.outcome === "refused")
      return { path: "handedOff", because: `Not carried out: ${execution.because}.` };
    if (execution.outcome === "failed") return { path: "failed", because: `Not carried out: ${execution.because}.` };

    const proof = yield* verified(ctx, run, execution.verifyAfterMs);
    if (mustGo(proof)) return yield* takenBack(ctx, run, proof.because);
    const word = proof.verdict === "improved" ? "It helped" : "Kept, without proof yet";
    return { path: "executed", because: `${word}: ${proof.because}.` };
  }
  return { path: "handedOff", because: `The server changed under ${MOST_ROUNDS} proposals in a row.` };
}

function* takenBack(ctx: OrchestrationContext, run: Run, because: string): Story<Ending> {
  const result = yield* undone(ctx, run, because);
  if (result.outcome === "noWayBack") return { path: "handedOff", because: `It did not help, and ${result.because}.` };
  if (result.outcome === "failed")
    return { path: "failed", because: `It did not help and could not be undone: ${result.because}.` };
  return { path: "rolledBack", because: `It did not help and was undone: ${because}.` };
}

/** What was kept without proof is looked at once more when more calls have come. */
function* followUp(ctx: OrchestrationContext, run: Run, afterMs: number): Story<void> {
  yield* pause(ctx, later(ctx.df.currentUtcDateTime, afterMs));
  const proof = yield* step(ctx, "verify", { ...run, window: 99, isFollowUp: true });
  if (mustGo(proof)) yield* step(ctx, "close", { ...run, ...(yield* takenBack(ctx, run, proof.because)) });
}
