import { randomUUID } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { withoutUnknown } from "../../shared/contracts/unknown-fields.ts";
import {
  AuditAnswer,
  IncidentDetail,
  IncidentRequest,
  type IncidentSummary,
  type TimelineRow,
} from "../../shared/contracts/api.ts";
import { causeOf } from "../../shared/contracts/diagnosis.ts";
import { type Incident, isClosed } from "../../shared/contracts/incident.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import { verifyChain } from "../../shared/core/audit-chain.ts";
import { digest } from "../../shared/core/digest.ts";
import { alone } from "../correlate.ts";
import { answer, answerAs, invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { concerns, ledTo } from "../traced-requests.ts";
import { refusedPlaybook } from "./playbook-answers.ts";
import type { Person } from "./principal.ts";

export const unknownIncident = (): HttpResponseInit =>
  problem(404, "unknown-incident", { title: "There is no such incident" });

/** The incident that a request names; null for an id that is none. */
export async function incidentIn(request: HttpRequest): Promise<Incident | null> {
  const id = Id.safeParse(request.params["incidentId"]);
  const incident = id.success ? await services().incidents.read(id.data) : null;
  if (incident !== null) concerns(incident.incidentId);
  return incident;
}

export function detailOf(incident: Incident): IncidentDetail {
  const { outbox: _, memoryDue: __, ...detail } = incident;
  return withoutUnknown(IncidentDetail, detail);
}

/** `GET /api/incidents?status=open|closed&serverId=&limit=` */
export async function listIncidents(request: HttpRequest): Promise<HttpResponseInit> {
  const status = request.query.get("status");
  const serverId = request.query.get("serverId");
  const limit = Math.min(200, Math.max(1, Number(request.query.get("limit") ?? 100) || 100));
  const { incidents: known } = await services().incidents.listReadable(serverId === null ? {} : { serverId });
  const wanted = known.filter(({ state }) => status === null || isClosed(state) === (status === "closed"));
  return answer(200, { incidents: wanted.slice(0, limit).map(summaryOf), continuation: null });
}

function summaryOf(incident: Incident): IncidentSummary {
  const { incidentId, serverId, title, state, severity, openedAt, updatedAt, resolution, diagnosis, proposal } =
    incident;
  return {
    incidentId,
    serverId,
    title,
    state,
    severity,
    openedAt,
    updatedAt,
    resolutionPath: resolution?.path ?? null,
    cause: causeOf(diagnosis),
    statement: proposal?.statement ?? null,
  };
}

/** `POST /api/incidents`: has a server looked at with no alert. Asking for the same twice joins the incident that is open. */
export async function openIncident(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const { servers, now } = services();
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = IncidentRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const server = await servers.read(wish.data.serverId);
  if (server === null) return problem(404, "unknown-server", { title: `There is no server "${wish.data.serverId}"` });
  if (!server.enabled)
    return problem(409, "server-not-enabled", { title: `PgMedic is not enabled on ${server.serverId}` });
  const firedAt = now().toISOString();
  const { playbook, note } = wish.data;
  const refusal = playbook === undefined ? null : await refusedPlaybook(playbook);
  if (refusal !== null) return refusal;
  const reason = note ?? `${person.name} asked for a look`;
  const rule = playbook === undefined ? reason : `${reason} (${playbook})`;
  const alert = {
    alertId: `by-hand/${randomUUID()}`,
    rule,
    metric: null,
    value: null,
    threshold: null,
    severity: "Sev3",
    firedAt,
  } as const;
  const opened = await alone({ ...alert, digest: digest(alert) }, server.serverId);
  ledTo(opened);
  return answer(202, opened);
}

/** `GET /api/incidents/{incidentId}` */
export async function readIncident(request: HttpRequest): Promise<HttpResponseInit> {
  const incident = await incidentIn(request);
  return incident === null ? unknownIncident() : answer(200, detailOf(incident));
}

/** `GET /api/incidents/{incidentId}/audit`: the chain and whether it is intact. */
export async function readAudit(request: HttpRequest): Promise<HttpResponseInit> {
  const incident = await incidentIn(request);
  if (incident === null) return unknownIncident();
  const entries = await services().incidents.audit(incident.incidentId);
  return answerAs(AuditAnswer, 200, { entries, verification: verifyChain(entries) });
}

/** `GET /api/timeline`: every incident with how it was resolved. */
export async function readTimeline(request: HttpRequest): Promise<HttpResponseInit> {
  const serverId = request.query.get("serverId");
  const { incidents: known } = await services().incidents.listReadable(serverId === null ? {} : { serverId });
  return answer(200, { rows: known.map(rowOf) });
}

function rowOf(incident: Incident): TimelineRow {
  const { incidentId, serverId, title, severity, state, openedAt, resolution, proposal, decision, verification } =
    incident;
  return {
    incidentId,
    serverId,
    title,
    severity,
    state,
    openedAt,
    closedAt: resolution?.at ?? null,
    resolutionPath: resolution?.path ?? null,
    because: resolution?.because ?? null,
    statement: proposal?.statement ?? null,
    decidedBy: decision === null ? null : decidedBy(decision.by),
    ...figuresOf(verification),
  };
}

function figuresOf(verification: Incident["verification"]): Pick<TimelineRow, "meanMs" | "cpuPercent"> {
  if (verification?.basis !== "statements") return { meanMs: null, cpuPercent: null };
  const { before, after } = verification;
  return {
    meanMs: { before: before.meanMs, after: after.meanMs },
    cpuPercent: { before: before.cpuPercent, after: after.cpuPercent },
  };
}

function decidedBy(by: NonNullable<Incident["decision"]>["by"]): string {
  switch (by.kind) {
    case "person":
      return by.name;
    case "instruction":
      return `instruction ${by.instructionId}`;
    case "pgmedic":
      return "PgMedic";
  }
}
