import { z } from "zod";
import { ResolutionPath, VerificationVerdict } from "./outcome.ts";
import { Digest, Id, Instant } from "./primitives.ts";

/** What every step of a run is given. Steps exchange ids and verdicts; evidence stays in the documents. */
export const Run = z.strictObject({ incidentId: Id, serverId: Id, runId: Id });
export type Run = z.infer<typeof Run>;

const because = { because: z.string() };
const round = z.number().int().min(1).max(9);
const checkAgainMs = z.number().int().positive();

/** Input and output of every activity, by name. Both are objects: the host changes bare values on their way. */
export const steps = {
  acquireLock: {
    input: Run,
    output: z.discriminatedUnion("outcome", [
      z.strictObject({ outcome: z.literal("acquired"), fencingToken: z.number().int() }),
      z.strictObject({ outcome: z.literal("held"), heldBy: Id }),
    ]),
  },
  investigate: {
    input: Run,
    output: z.discriminatedUnion("verdict", [
      z.strictObject({ verdict: z.literal("cause") }),
      z.strictObject({ verdict: z.literal("healthy"), ...because }),
      z.strictObject({ verdict: z.literal("expected"), ...because }),
      z.strictObject({ verdict: z.literal("handoff"), ...because }),
      z.strictObject({ verdict: z.literal("unexplained"), ...because }),
    ]),
  },
  propose: {
    input: Run.extend({ round }),
    output: z.discriminatedUnion("outcome", [
      z.strictObject({
        outcome: z.literal("proposed"),
        proposalId: Id,
        proposalHash: Digest,
        expiresAt: Instant,
        consent: z.enum(["needed", "standing"]),
      }),
      z.strictObject({ outcome: z.literal("refused"), ...because }),
      z.strictObject({ outcome: z.literal("gone"), ...because }),
    ]),
  },
  expire: {
    input: Run.extend({ proposalId: Id }),
    output: z.strictObject({ decided: z.enum(["approve", "skip", "no"]) }),
  },
  execute: {
    input: Run,
    output: z.discriminatedUnion("outcome", [
      z.strictObject({ outcome: z.literal("done"), verifyAfterMs: checkAgainMs }),
      z.strictObject({ outcome: z.literal("waiting"), checkAgainMs, ...because }),
      z.strictObject({ outcome: z.literal("changed"), ...because }),
      z.strictObject({ outcome: z.literal("refused"), ...because }),
      z.strictObject({ outcome: z.literal("failed"), ...because }),
    ]),
  },
  verify: {
    input: Run.extend({ window: z.number().int().positive(), isFollowUp: z.boolean() }),
    output: z.strictObject({
      verdict: VerificationVerdict,
      because: z.string(),
      nextWindowMs: checkAgainMs.nullable(),
    }),
  },
  rollBack: {
    input: Run.extend(because),
    output: z.discriminatedUnion("outcome", [
      z.strictObject({ outcome: z.literal("done") }),
      z.strictObject({ outcome: z.literal("waiting"), checkAgainMs, ...because }),
      z.strictObject({ outcome: z.literal("failed"), ...because }),
      z.strictObject({ outcome: z.literal("noWayBack"), ...because }),
    ]),
  },
  close: {
    input: Run.extend({ path: ResolutionPath.or(z.literal("executed")), ...because }),
    output: z.strictObject({ followUpMs: checkAgainMs.nullable() }),
  },
} as const;

export type StepName = keyof typeof steps;
export type StepInput<Name extends StepName> = z.infer<(typeof steps)[Name]["input"]>;
export type StepOutput<Name extends StepName> = z.infer<(typeof steps)[Name]["output"]>;

/** The event that wakes a waiting run. Unique per round: the SDK gives a second event of one name to the newest waiter. */
export const decisionEvent = (atRound: number): string => `decision-${atRound}`;
export const DecisionEvent = z.strictObject({ decisionId: Id, verdict: z.enum(["approve", "skip"]) });
