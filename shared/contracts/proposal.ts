import { z } from "zod";
import { TypedAction } from "./actions.ts";
import { JudgedBy } from "./measure.ts";
import { Digest, Id, Instant, Oid } from "./primitives.ts";
import { RiskClass } from "./taxonomy.ts";

export const Precondition = z.strictObject({ id: Id, label: z.string(), holds: z.boolean(), observed: z.string() });
export type Precondition = z.infer<typeof Precondition>;

/** A plan of one statement as the planner clone sees it; `text` is EXPLAIN's own indented form. */
export const PlanFigure = z.strictObject({ cost: z.number().nonnegative(), text: z.string() });
export type PlanFigure = z.infer<typeof PlanFigure>;

/** A statement that the action is meant to help, by its `queryid` in pg_stat_statements. */
export const TargetStatement = z.strictObject({
  queryId: z.string(),
  query: z.string(),
  callsPerSecond: z.number().nonnegative(),
  meanMs: z.number().nonnegative(),
  blocksPerCall: z.number().nonnegative(),
  shareOfTime: z.number().min(0).max(1),
  before: PlanFigure,
  after: PlanFigure,
});
export type TargetStatement = z.infer<typeof TargetStatement>;

export const BlastRadius = z.strictObject({
  database: z.string(),
  /** What is touched: a table, a session, a role, a slot, a parameter. */
  relation: z.string(),
  /** The table's OID, where a table is touched. */
  relationOid: Oid.nullable(),
  tableBytes: z.number().nonnegative(),
  tableRows: z.number().nonnegative(),
  estimatedBytes: z.number().nonnegative(),
  lock: z.string(),
  note: z.string(),
});

export const ProposedAction = z.strictObject({
  proposalId: Id,
  /** 1 for the first proposal of a run; a material difference at execution asks again in a new round. */
  round: z.number().int().min(1).max(9),
  hash: Digest,
  action: TypedAction,
  statement: z.string(),
  /** The way back; null where there is none. */
  inverse: z.strictObject({ action: TypedAction, statement: z.string() }).nullable(),
  riskClass: RiskClass,
  blastRadius: BlastRadius,
  preconditions: z.array(Precondition),
  /** The statements that it is meant to help, the costliest first; none where it is not about statements. */
  targets: z.array(TargetStatement),
  whatIf: z.strictObject({ before: z.number(), after: z.number(), method: z.string() }).nullable(),
  expected: z.strictObject({ metric: z.string(), from: z.number(), to: z.number() }),
  judgedBy: JudgedBy,
  /** How many different people must agree: two for what destroys something or ends a session. */
  approvalsNeeded: z.union([z.literal(1), z.literal(2)]),
  /** Share of the plan cost that the action must still save when it is executed. */
  minimumGain: z.number().min(0).max(1),
  /** Digest of the target's definition: columns, indexes and their validity. */
  catalogFingerprint: Digest,
  evidenceIds: z.array(Id),
  /** Ready SQL for the owner's migration tool, so that the next deployment keeps the change; null where it is nothing to keep. */
  migration: z.string().nullable(),
  proposedAt: Instant,
  expiresAt: Instant,
});
export type ProposedAction = z.infer<typeof ProposedAction>;
