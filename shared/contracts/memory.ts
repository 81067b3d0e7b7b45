import { z } from "zod";
import { ResolutionPath, VerificationVerdict } from "./outcome.ts";
import { Actor, Digest, Id, Instant, Share } from "./primitives.ts";
import { ActionKind, Cause, LoadVerdict } from "./taxonomy.ts";

const durationMs = z.number().nonnegative().nullable();
const change = z.strictObject({ before: z.number(), after: z.number() });

/** What an action brought, in the figures that it was judged by. */
export const RememberedEffect = z.discriminatedUnion("basis", [
  z.strictObject({
    basis: z.literal("statements"),
    verdict: VerificationVerdict,
    meanMs: change,
    blocksPerCall: change,
    verifiedAt: Instant,
  }),
  z.strictObject({
    basis: z.literal("measure"),
    verdict: VerificationVerdict,
    measure: z.string(),
    value: change,
    verifiedAt: Instant,
  }),
]);
export type RememberedEffect = z.infer<typeof RememberedEffect>;

/** An action by what it is done to. `object` is the name that it gave: an index that is gone later was dropped by somebody. */
export const RememberedAction = z.strictObject({
  kind: ActionKind,
  target: z.string(),
  object: z.string().nullable(),
});

/**
 * What is kept of a run that is over: names of objects and figures, no value of a column and no literal of a statement. One document a
 * run; a roll-back or a follow-up changes it.
 */
export const Memory = z.strictObject({
  incidentId: Id,
  serverId: Id,
  runId: Id,
  /** The same for the same cause of the same thing on one server, found by one playbook; null where no cause was proven. */
  fingerprint: Digest.nullable(),
  verdict: z.enum(["cause", "handoff", "expected", "healthy", "unexplained"]),
  cause: Cause.nullable(),
  /** What it was about, in the form that the fingerprint is made of. */
  subject: z.string().nullable(),
  table: z.string().nullable(),
  playbook: z.string(),
  alert: z.strictObject({ metric: z.string().nullable(), rule: z.string().nullable() }),
  load: LoadVerdict,
  /** The composite that the diagnosis had. */
  confidence: Share,
  /** The statements concerned, by their key in pg_stat_statements. */
  statements: z.array(z.string()),
  action: RememberedAction.nullable(),
  decidedBy: Actor.nullable(),
  wasCarriedOut: z.boolean(),
  effect: RememberedEffect.nullable(),
  wasTakenBack: z.boolean(),
  path: ResolutionPath,
  openedAt: Instant,
  proposedAfterMs: durationMs,
  endedAt: Instant,
  endedAfterMs: durationMs,
  /** The version of the incident that this is a copy of. */
  asOf: Instant,
});
export type Memory = z.infer<typeof Memory>;

/**
 * What came of a run: its action was verified; it changed nothing or made it worse and stayed, or was taken back; it was kept without
 * proof; none was carried out; or none was needed.
 */
export const PastOutcome = z.enum(["helped", "failed", "takenBack", "unproven", "notDone", "notNeeded"]);
export type PastOutcome = z.infer<typeof PastOutcome>;

/** A past run that an investigation recalled, with the reason in words. */
export const Recalled = z.strictObject({
  incidentId: Id,
  at: Instant,
  outcome: PastOutcome,
  similarity: Share,
  because: z.string(),
});
export type Recalled = z.infer<typeof Recalled>;

/** How often diagnoses of one band of confidence were confirmed by a verified improvement. */
export const CalibrationBand = z.strictObject({
  from: Share,
  to: Share,
  judged: z.number().int().nonnegative(),
  confirmed: z.number().int().nonnegative(),
  meanConfidence: Share.nullable(),
  /** Null where too few were judged for a share to mean anything. */
  share: Share.nullable(),
});
export type CalibrationBand = z.infer<typeof CalibrationBand>;
/** `GET /api/memory/calibration`. `brierScore` is 0 at best; always saying 50 % comes to 0.25. */
export const Calibration = z.strictObject({
  remembered: z.number().int().nonnegative(),
  judged: z.number().int().nonnegative(),
  confirmed: z.number().int().nonnegative(),
  brierScore: z.number().min(0).max(1).nullable(),
  /** So many are needed before a share or a score is told. */
  fewest: z.number().int().positive(),
  bands: z.array(CalibrationBand),
});
export type Calibration = z.infer<typeof Calibration>;
