import { z } from "zod";
import { NextAction } from "./log-triage.ts";
import { Recalled } from "./memory.ts";
import { FollowedPlaybook } from "./playbook-edit.ts";
import { Id, Instant, Severity, Share } from "./primitives.ts";
import { SecondOpinion } from "./second-opinion.ts";
import { ActionKind, Cause, LoadVerdict } from "./taxonomy.ts";

/** Where a fact was seen: a view of PostgreSQL, its planner rebuilt, a sample of a table, or a metric of the platform. */
export const EvidenceSource = z.enum([
  "pg_stat_statements",
  "pg_stat_user_tables",
  "pg_stat_user_indexes",
  "pg_statio_user_tables",
  "pg_index",
  "pg_stats",
  "pg_class",
  "pg_constraint",
  "pg_stat_activity",
  "pg_locks",
  "pg_prepared_xacts",
  "pg_replication_slots",
  "pg_stat_replication",
  "pg_stat_database",
  "pg_stat_checkpointer",
  "pg_stat_progress",
  "pg_sequences",
  "pg_settings",
  "pg_database",
  "pg_roles",
  "tls_certificate",
  "planner_clone",
  "table_sample",
  "metric",
]);
export type EvidenceSource = z.infer<typeof EvidenceSource>;

/** A fact that was observed, with where it was seen. Values of table columns never appear in it. */
export const Evidence = z.strictObject({
  id: Id,
  source: EvidenceSource,
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

/** A cause that the evidence proves. The first one of a diagnosis is what the run acts on; the others are said. */
export const ProvenCause = z.strictObject({
  cause: Cause,
  /** What it is about: a table, an index, a session, a statement. */
  subject: z.string(),
  /** The table that it is about, as `schema.table`; null where it is about no table. */
  table: z.string().nullable().default(null),
  statement: z.string(),
  /** The share of what the alert complains about that it explains. */
  impact: Share,
  /** The action that would mend it; null where a person must. */
  action: ActionKind.nullable(),
  recommendation: z.string(),
});
export type ProvenCause = z.infer<typeof ProvenCause>;

const common = {
  summary: z.string(),
  severity: Severity,
  load: LoadVerdict,
  interval: ObservedInterval,
  findings: z.array(Finding),
  evidence: z.array(Evidence),
  rejected: z.array(Rejected),
  causes: z.array(ProvenCause).default([]),
  /** What may be looked at next, by name. */
  nextActions: z.array(NextAction).default([]),
  /** The playbook that was followed. */
  playbook: z.string().default("generalMonitoring"),
  /** The ones that it led to, in the order in which they were followed. */
  drilledDown: z.array(z.string()).default([]),
  /** Which text of it; absent where that was not kept yet. */
  followed: FollowedPlaybook.optional(),
  /** What could not be looked at, with the reason: a missing privilege, an old version, the load, the budget. */
  notSeen: z.array(Rejected).default([]),
  /** What was remembered of earlier runs when this one was investigated, the most telling first. It is no evidence. */
  recalled: z.array(Recalled).default([]),
  /** What would mend for good what comes again and again; null where nothing does. */
  lasting: z.string().nullable().default(null),
  confidence: Confidence,
  /** What a model made of the same evidence; absent where none was asked. */
  secondOpinion: SecondOpinion.optional(),
  cost: InvestigationCost,
  durationMs: z.number().nonnegative(),
  diagnosedAt: Instant,
};

/**
 * The answer of an investigation. A `handoff` is a proven cause that a person must mend; `expected` is load that is meant to be there;
 * `healthy` and `unexplained` are answers too. Only a `cause` leads to a proposal.
 */
export const Diagnosis = z.discriminatedUnion("verdict", [
  z.strictObject({ verdict: z.literal("cause"), cause: Cause, ...common }),
  z.strictObject({ verdict: z.literal("handoff"), cause: Cause, recommendations: z.array(z.string()), ...common }),
  z.strictObject({ verdict: z.literal("expected"), ...common }),
  z.strictObject({ verdict: z.literal("healthy"), ...common }),
  z.strictObject({ verdict: z.literal("unexplained"), recommendations: z.array(z.string()), ...common }),
]);
export type Diagnosis = z.infer<typeof Diagnosis>;

/** The cause that a diagnosis names, one to act on or one that a person must mend; null for any other answer, and for none. */
export const causeOf = (diagnosis: Diagnosis | null): Cause | null =>
  diagnosis?.verdict === "cause" || diagnosis?.verdict === "handoff" ? diagnosis.cause : null;
