import { z } from "zod";
import { Decision } from "./decision.ts";
import { Diagnosis } from "./diagnosis.ts";
import { Instruction } from "./instruction.ts";
import { Message, Queue } from "./messages.ts";
import { Execution, Resolution, RollBack, Verification } from "./outcome.ts";
import { Actor, Digest, Id, Instant, Severity } from "./primitives.ts";
import { ProposedAction } from "./proposal.ts";

export const IncidentState = z.enum([
  "received",
  "dispatched",
  "investigating",
  "awaitingApproval",
  "executing",
  "verifying",
  "resolved",
  "handedOff",
  "dismissed",
  "failed",
  "rolledBack",
  "expired",
]);
export type IncidentState = z.infer<typeof IncidentState>;

/** A state write and the effects that it announces are one document write; the relay carries them out, first to last. */
export const OutboxEntry = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("message"), messageId: z.string().max(128), queue: Queue, message: Message }),
  z.strictObject({ kind: z.literal("instruction"), instruction: Instruction }),
  /** A line for the audit chain; `key` makes it one line however often it is carried out. */
  z.strictObject({
    kind: z.literal("audit"),
    at: Instant,
    what: z.string(),
    detail: z.looseObject({ key: z.string().min(1) }),
  }),
]);
export type OutboxEntry = z.infer<typeof OutboxEntry>;

export const TimelineEntry = z.strictObject({
  at: Instant,
  kind: z.enum([
    "alert",
    "run",
    "diagnosis",
    "proposal",
    "decision",
    "execution",
    "verification",
    "rollBack",
    "close",
    "note",
  ]),
  text: z.string(),
  by: Actor,
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** What the alert said, as far as an incident needs it. */
export const AlertDigest = z.strictObject({
  alertId: z.string(),
  rule: z.string(),
  /** What it complains about in a sentence, where its source says so. */
  said: z.string().min(1).optional(),
  metric: z.string().nullable(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  severity: Severity,
  firedAt: Instant,
  digest: Digest,
  /** The service that the alert is about, where it is not about the server itself: one that depends on it. */
  service: z.string().optional(),
});
export type AlertDigest = z.infer<typeof AlertDigest>;

/** The aggregate: everything about one incident that changes, guarded by one ETag. */
export const Incident = z.strictObject({
  incidentId: Id,
  serverId: Id,
  title: z.string(),
  state: IncidentState,
  severity: Severity,
  correlationKey: z.string(),
  /** The first ones and the last ones; `alertsLeftOut` counts those between them. */
  alerts: z.array(AlertDigest),
  alertsLeftOut: z.number().int().nonnegative().default(0),
  alertResolvedAt: Instant.nullable(),
  runId: Id,
  fencingToken: z.number().int().positive().nullable(),
  diagnosis: Diagnosis.nullable(),
  proposal: ProposedAction.nullable(),
  /** Who agreed to the proposal so far, where it takes more than one person. */
  approvals: z.array(z.strictObject({ proposalId: Id, by: Actor, at: Instant })).default([]),
  decision: Decision.nullable(),
  execution: Execution.nullable(),
  verification: Verification.nullable(),
  rollBack: RollBack.nullable(),
  resolution: Resolution.nullable(),
  /** What there is to remember of it is not remembered yet, or not as it is now. */
  memoryDue: z.boolean().default(false),
  timeline: z.array(TimelineEntry),
  outbox: z.array(OutboxEntry),
  openedAt: Instant,
  updatedAt: Instant,
});
export type Incident = z.infer<typeof Incident>;

const CLOSED: readonly IncidentState[] = ["resolved", "handedOff", "dismissed", "failed", "rolledBack", "expired"];

/** True when nothing more will happen to an incident by itself. */
export const isClosed = (state: IncidentState): boolean => CLOSED.includes(state);
