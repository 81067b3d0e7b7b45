import { z } from "zod";
import { IndexShape } from "./index-shape.ts";
import { Digest, Id, Instant, Oid, PgName } from "./primitives.ts";
import { RiskClass } from "./taxonomy.ts";

export const CreateIndexParameters = z.strictObject({
  schema: PgName,
  table: PgName,
  name: PgName,
  ...IndexShape.shape,
});
export type CreateIndexParameters = z.infer<typeof CreateIndexParameters>;

export const DropIndexParameters = z.strictObject({ schema: PgName, table: PgName, name: PgName });
export type DropIndexParameters = z.infer<typeof DropIndexParameters>;

/** One typed action. Its statement is built by the catalogue from these parameters and from nothing else. */
export const TypedAction = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("create_index"), parameters: CreateIndexParameters }),
  z.strictObject({ kind: z.literal("drop_index"), parameters: DropIndexParameters }),
]);
export type TypedAction = z.infer<typeof TypedAction>;

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
  relation: z.string(),
  relationOid: Oid,
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
  inverse: z.strictObject({ action: TypedAction, statement: z.string() }),
  riskClass: RiskClass,
  blastRadius: BlastRadius,
  preconditions: z.array(Precondition),
  targets: z.array(TargetStatement).min(1),
  whatIf: z.strictObject({ before: z.number(), after: z.number(), method: z.string() }),
  expected: z.strictObject({ metric: z.string(), from: z.number(), to: z.number() }),
  /** Share of the plan cost that the action must still save when it is executed. */
  minimumGain: z.number().min(0).max(1),
  /** Digest of the target's definition: columns, indexes and their validity. */
  catalogFingerprint: Digest,
  evidenceIds: z.array(Id),
  /** Ready SQL for the owner's migration tool, so that the next deployment keeps the change. */
  migration: z.string(),
  proposedAt: Instant,
  expiresAt: Instant,
});
export type ProposedAction = z.infer<typeof ProposedAction>;
