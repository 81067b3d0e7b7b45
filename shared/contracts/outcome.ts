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
  objectOid: Oid,
  objectBytes: z.number().nonnegative(),
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
  cpuPercent: z.number().nonnegative().nullable(),
});
export type WindowFigures = z.infer<typeof WindowFigures>;

export const VerificationVerdict = z.enum(["improved", "no_effect", "regressed", "inconclusive"]);
export type VerificationVerdict = z.infer<typeof VerificationVerdict>;

export const Verification = z.strictObject({
  verdict: VerificationVerdict,
  because: z.string(),
  before: WindowFigures,
  after: WindowFigures,
  indexScans: z.number().nonnegative(),
  window: z.number().int().positive(),
  verifiedAt: Instant,
});
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
