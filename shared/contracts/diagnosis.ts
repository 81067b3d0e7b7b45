import { z } from "zod";
import { Id, Instant, Severity, Share } from "./primitives.ts";
import { Cause, LoadVerdict } from "./taxonomy.ts";

/** A fact that was observed, with where it was seen. Values of table columns never appear in it. */
export const Evidence = z.strictObject({
  id: Id,
  source: z.enum([
    "pg_stat_statements",
    "pg_stat_user_tables",
    "pg_index",
    "pg_stat_activity",
    "planner_clone",
    "metric",
  ]),
  summary: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type Evidence = z.infer<typeof Evidence>;

/** A statement about the incident that evidence speaks for or against. */
export const Finding = z.strictObject({
  id: Id,
  statement: z.string(),
  stance: z.enum(["for", "against"]),
  evidenceIds: z.array(Id).min(1),
});
export type Finding = z.infer<typeof Finding>;

/** An explanation or a remedy that was considered and put aside. */
export const Rejected = z.strictObject({ what: z.string(), because: z.string() });
export type Rejected = z.infer<typeof Rejected>;

/** Shares of the composite: self 35 %, validator 25 %, retrieval 25 %, evidence 15 %; null where that part did not run. */
export const Confidence = z.strictObject({
  self: Share,
  validator: Share.nullable(),
  retrieval: Share.nullable(),
  evidence: Share,
  composite: Share,
});
export type Confidence = z.infer<typeof Confidence>;

/** The interval that was looked at: since the last snapshot, or two samples taken on the spot. */
export const ObservedInterval = z.strictObject({
  basis: z.enum(["last_snapshot", "two_samples"]),
  from: Instant,
  to: Instant,
});

/** What the investigation itself cost the server. */
export const InvestigationCost = z.strictObject({
  statements: z.number().int().nonnegative(),
  totalMs: z.number().nonnegative(),
  buffers: z.number().int().nonnegative().nullable(),
});
export type InvestigationCost = z.infer<typeof InvestigationCost>;

const common = {
  summary: z.string(),
  severity: Severity,
  load: LoadVerdict,
  interval: ObservedInterval,
  findings: z.array(Finding),
  evidence: z.array(Evidence),
  rejected: z.array(Rejected),
  confidence: Confidence,
  cost: InvestigationCost,
  durationMs: z.number().nonnegative(),
  diagnosedAt: Instant,
};

/** The answer of an investigation. `healthy` and `unexplained` are answers too: neither proposes anything. */
export const Diagnosis = z.discriminatedUnion("verdict", [
  z.strictObject({ verdict: z.literal("cause"), cause: Cause, ...common }),
  z.strictObject({ verdict: z.literal("healthy"), ...common }),
  z.strictObject({ verdict: z.literal("unexplained"), recommendations: z.array(z.string()), ...common }),
]);
export type Diagnosis = z.infer<typeof Diagnosis>;
