import { z } from "zod";
import { Incident } from "./incident.ts";
import { Instruction } from "./instruction.ts";
import { ResolutionPath } from "./outcome.ts";
import { Id, Instant } from "./primitives.ts";
import { Server, ServerLock } from "./server.ts";

/** RFC 9457 problem details. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

export const Role = z.enum(["reader", "operator", "admin"]);
export type Role = z.infer<typeof Role>;

/** Answer of `POST /api/alerts`. */
export const AlertAnswer = z.strictObject({
  incidentId: Id.nullable(),
  disposition: z.enum(["opened", "attached", "duplicate", "resolved", "ignored"]),
  reason: z.string().optional(),
});
export type AlertAnswer = z.infer<typeof AlertAnswer>;

/**
 * Answer of `POST /api/alerts` to a group of alerts: one result for each, in the group's order, also where the group has one alone. `notTold`
 * is how many alerts of the group its sender left out.
 */
export const AlertGroupAnswer = z.strictObject({
  results: z.array(AlertAnswer),
  notTold: z.number().int().nonnegative(),
});
export type AlertGroupAnswer = z.infer<typeof AlertGroupAnswer>;

/** A row of `GET /api/incidents`. */
export const IncidentSummary = Incident.pick({
  incidentId: true,
  serverId: true,
  title: true,
  state: true,
  severity: true,
  openedAt: true,
  updatedAt: true,
}).extend({
  resolutionPath: ResolutionPath.nullable(),
  cause: z.string().nullable(),
  statement: z.string().nullable(),
});
export type IncidentSummary = z.infer<typeof IncidentSummary>;
export const IncidentList = z.strictObject({
  incidents: z.array(IncidentSummary),
  continuation: z.string().nullable(),
});

/** Body of `POST /api/incidents`; without a playbook the general one is followed. */
export const IncidentRequest = z.strictObject({
  serverId: Id,
  note: z.string().trim().min(1).max(120).optional(),
  playbook: z.string().max(40).optional(),
});

/** `GET /api/incidents/{id}`: the aggregate without what is PgMedic's own business. */
export const IncidentDetail = Incident.omit({ outbox: true, memoryDue: true });
export type IncidentDetail = z.infer<typeof IncidentDetail>;

/** An entry of `GET /api/servers`. */
export const ServerView = Server.extend({
  lock: ServerLock.nullable(),
  instructions: z.array(Instruction),
  activeIncidentIds: z.array(Id),
  lastSnapshotAt: Instant.nullable(),
});
export type ServerView = z.infer<typeof ServerView>;
export const ServerList = z.strictObject({ servers: z.array(ServerView) });

export const InstructionList = z.strictObject({ instructions: z.array(Instruction) });

/** A row of `GET /api/timeline`: one incident and how it ended. */
export const TimelineRow = z.strictObject({
  incidentId: Id,
  serverId: Id,
  title: z.string(),
  severity: Incident.shape.severity,
  state: Incident.shape.state,
  openedAt: Instant,
  closedAt: Instant.nullable(),
  resolutionPath: ResolutionPath.nullable(),
  because: z.string().nullable(),
  statement: z.string().nullable(),
  decidedBy: z.string().nullable(),
  meanMs: z.strictObject({ before: z.number(), after: z.number() }).nullable(),
  cpuPercent: z.strictObject({ before: z.number().nullable(), after: z.number().nullable() }).nullable(),
});
export type TimelineRow = z.infer<typeof TimelineRow>;
export const TimelineAnswer = z.strictObject({ rows: z.array(TimelineRow) });

/** `GET /api/changes?since=<cursor>`. Without a cursor: only the cursor of now. */
export const Changes = z.strictObject({
  cursor: z.string(),
  changes: z.array(z.strictObject({ kind: z.enum(["incident", "server", "instruction"]), id: Id })),
});
export type Changes = z.infer<typeof Changes>;

/** `GET /api/health`. */
export const Health = z.strictObject({
  status: z.enum(["ok", "degraded"]),
  dependencies: z.array(
    z.strictObject({
      name: z.enum(["documents"]),
      ok: z.boolean(),
      /** Anybody may read it, so no text of a failure is in it. */
      detail: z.enum(["no answer in time", "not reachable"]).nullable(),
    }),
  ),
});
export type Health = z.infer<typeof Health>;

/** An audit entry; `hash` covers everything else in it, the previous entry's hash included. */
export const AuditEntry = z.strictObject({
  incidentId: Id,
  sequence: z.number().int().positive(),
  at: Instant,
  what: z.string(),
  detail: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
export const AuditAnswer = z.strictObject({
  entries: z.array(AuditEntry),
  verification: z.strictObject({ intact: z.boolean(), detail: z.string() }),
});
