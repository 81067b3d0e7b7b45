import { z } from "zod";
import { Id, Instant, Oid } from "./primitives.ts";

/** What was done to the server. */
export const Execution = z.strictObject({
  executionId: Id,
  statement: z.string(),
  fencingToken: z.number().int().positive(),
  attempts: z.number().int().positive(),
  startedAt: Instant,
  finishedAt: Instant,
  buildMs: z.number().nonnegative(),
  /** The object that was made or changed; null where it is a session, a role or a parameter. */
  objectOid: Oid.nullable(),
  objectBytes: z.number().nonnegative().nullable(),
});
export type Execution = z.infer<typeof Execution>;

/** Figures of the target statements over one window. Times in ms; CPU in percent of the server's vCores, null where unknown. */
export const WindowFigures = z.strictObject({
  from: Instant,
  to: Instant,
  calls: z.number().nonnegative(),
  meanMs: z.number().nonnegative(),
  stddevMs: z.number().nonnegative(),
  blocksPerCall: z.number().nonnegative(),
  tempBlocksPerCall: z.number().nonnegative().default(0),
  cpuPercent: z.number().nonnegative().nullable(),
});
export type WindowFigures = z.infer<typeof WindowFigures>;

export const VerificationVerdict = z.enum(["improved", "no_effect", "regressed", "inconclusive"]);
export type VerificationVerdict = z.infer<typeof VerificationVerdict>;

const verificationCommon = {
  verdict: VerificationVerdict,
  because: z.string(),
  window: z.number().int().positive(),
  verifiedAt: Instant,
};
/** What became of the action's purpose: by the statements it was meant to help, or by one measure. */
export const Verification = z.discriminatedUnion("basis", [
  z.strictObject({
    basis: z.literal("statements"),
    before: WindowFigures,
    after: WindowFigures,
    /** Scans of the index that was made; null where none was. */
    indexScans: z.number().nonnegative().nullable(),
    ...verificationCommon,
  }),
  z.strictObject({
    basis: z.literal("measure"),
    measure: z.string(),
    before: z.number(),
    after: z.number(),
    goal: z.number(),
    ...verificationCommon,
  }),
]);
export type Verification = z.infer<typeof Verification>;

export const RollBack = z.strictObject({ statement: z.string(), because: z.string(), at: Instant, done: z.boolean() });
export type RollBack = z.infer<typeof RollBack>;

export const ResolutionPath = z.enum([
  "humanApproved",
  "autonomous",
  "handedOff",
  "noAction",
  "selfResolved",
  "skipped",
  "expired",
  "failed",
  "rolledBack",
]);
export type ResolutionPath = z.infer<typeof ResolutionPath>;

export const Resolution = z.strictObject({ path: ResolutionPath, because: z.string(), at: Instant });
export type Resolution = z.infer<typeof Resolution>;
