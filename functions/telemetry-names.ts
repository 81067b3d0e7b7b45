import type { Message } from "../shared/contracts/messages.ts";
import type { StepName } from "../shared/contracts/steps.ts";

/** Metrics, by name. Durations are in seconds; a step that is repeated after a crash counts again. */
export const METRIC = {
  alerts: "pgmedic.alerts.received",
  proposals: "pgmedic.proposals",
  approvals: "pgmedic.approvals",
  executions: "pgmedic.executions",
  timeToProposal: "pgmedic.time_to_proposal",
  timeToResolve: "pgmedic.time_to_resolve",
  rollBacks: "pgmedic.rollbacks",
  deadLetters: "pgmedic.dead_letters",
} as const;

/** The one dimension of each metric; its values come from closed sets. */
export const DIMENSION = {
  alerts: "disposition",
  proposals: "cause",
  approvals: "verdict",
  executions: "outcome",
  timeToProposal: "cause",
  timeToResolve: "path",
  rollBacks: "outcome",
  deadLetters: "queue",
} as const;

/** What spans carry beside OpenTelemetry's own attributes. */
export const ATTRIBUTE = {
  incident: "pgmedic.incident",
  server: "pgmedic.server",
  run: "pgmedic.run",
  /** Who posted an alert: Azure Monitor, Alertmanager, Grafana, or PgMedic itself as a sign of life. */
  source: "pgmedic.source",
  disposition: "pgmedic.disposition",
} as const;

/** Names of spans. None is made of what somebody sent: names are as many as there are rows in a table. */
export const spanOfRequest = (method: string, route: string): string => `${method} /api/${route}`;
export const spanOfMessage = (type: Message["type"] | "unreadable"): string => `receive ${type}`;
export const spanOfStep = (name: StepName): string => `step ${name}`;
