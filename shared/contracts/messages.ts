import { z } from "zod";
import { DiagnosticParameters } from "./diagnostic-run.ts";
import { Actor, Digest, Id, Instant } from "./primitives.ts";
import { ResolutionPath, Verification } from "./outcome.ts";

export const Queue = z.enum(["runs", "run-events", "approvals"]);
export type Queue = z.infer<typeof Queue>;

const version = { schemaVersion: z.literal(1) };
const token = z.number().int().positive();

export const TriggerMessage = z.strictObject({
  ...version,
  type: z.literal("trigger"),
  incidentId: Id,
  serverId: Id,
  runId: Id,
  playbook: z.string(),
  alertDigest: Digest,
  correlationId: Id,
});
export const ResumeMessage = z.strictObject({
  ...version,
  type: z.literal("resume"),
  incidentId: Id,
  runId: Id,
  decisionId: Id,
  round: z.number().int().positive(),
  fencingToken: token,
});
export const SuspendedMessage = z.strictObject({
  ...version,
  type: z.literal("suspended"),
  incidentId: Id,
  serverId: Id,
  runId: Id,
  proposalId: Id,
  proposalHash: Digest,
  expiresAt: Instant,
  fencingToken: token.nullable(),
});
export const CompletionMessage = z.strictObject({
  ...version,
  type: z.literal("completion"),
  incidentId: Id,
  serverId: Id,
  runId: Id,
  outcome: ResolutionPath,
  figures: Verification.nullable(),
  fencingToken: token.nullable(),
  lockReleased: z.boolean(),
});
export const ApprovalMessage = z.strictObject({
  ...version,
  type: z.literal("approval"),
  incidentId: Id,
  proposalId: Id,
  proposalHash: Digest,
  decisionId: Id,
  verdict: z.enum(["approve", "skip"]),
  approver: Actor,
});
/** The api app holds no PostgreSQL identity: it asks the runner, and reads the stored answer. */
export const ProbeMessage = z.strictObject({
  ...version,
  type: z.literal("probe"),
  requestId: Id,
  serverId: Id,
  /** A check of the server, a report on it, or one bounded diagnostic for an incident. */
  what: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("check") }),
    z.strictObject({ kind: z.literal("report") }),
    z.strictObject({
      kind: z.literal("diagnostic"),
      incidentId: Id,
      actionId: z.string().max(60),
      parameters: DiagnosticParameters,
      by: Actor,
    }),
  ]),
});

/** What each queue carries. Every consumer is idempotent: messages come at least once. */
export const RunsMessage = z.discriminatedUnion("type", [TriggerMessage, ResumeMessage, ProbeMessage]);
export const RunEventsMessage = z.discriminatedUnion("type", [SuspendedMessage, CompletionMessage]);
export const Message = z.discriminatedUnion("type", [
  TriggerMessage,
  ResumeMessage,
  ProbeMessage,
  SuspendedMessage,
  CompletionMessage,
  ApprovalMessage,
]);
export type Message = z.infer<typeof Message>;
export type TriggerMessage = z.infer<typeof TriggerMessage>;
export type ResumeMessage = z.infer<typeof ResumeMessage>;
export type SuspendedMessage = z.infer<typeof SuspendedMessage>;
export type CompletionMessage = z.infer<typeof CompletionMessage>;
export type ApprovalMessage = z.infer<typeof ApprovalMessage>;
export type ProbeMessage = z.infer<typeof ProbeMessage>;
