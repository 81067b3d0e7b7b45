import { causeOf } from "../contracts/diagnosis.ts";
import { type AlertDigest, type Incident, isClosed } from "../contracts/incident.ts";
import { MINUTE_MS, msBetween } from "./time.ts";

/** Alerts of one server that come so soon after an incident was opened may tell of the same thing. */
const WINDOW_MS = 10 * MINUTE_MS;
/** So many alerts of an incident are kept whatever comes after them: what is folded in must not be forgotten. */
const MOST_ALERTS = 50;

/** Metrics and words of what an overloaded server shows all at once. Anything else is a matter of its own, and so is what says both. */
const LOAD_METRICS = new Set(["cpu_percent", "active_connections", "longest_query_time_sec"]);
const LOAD_WORDS = /cpu|connection|slow|latency|traffic surge/;
const OTHER_WORDS =
  /storage|disk|space|replica|lag|slot|wrap|xid|vacuum|bloat|dead|lock|backup|fail|down|error|not\s*enough|memory/;

type Subject = Pick<AlertDigest, "metric" | "rule" | "service">;

/** Alerts of one kind: the metric where there is one, else the rule. A service's are none of the server's own. */
export const kindOf = ({ metric, rule, service }: Subject): string =>
  (service === undefined ? (metric ?? rule) : `${rule} of ${service}`).toLowerCase();

/** What people read an alert called. */
export const nameOf = ({ rule, service }: Subject): string => (service === undefined ? rule : `${rule} of ${service}`);

/**
 * Whether an alert tells of load: such alerts of one server come together, and mostly of one cause. Whatever a service complains about that
 * depends on the server may come of its load.
 */
export function tellsOfLoad(alert: Subject): boolean {
  if (alert.service !== undefined) return true;
  const kind = kindOf(alert);
  return alert.metric === null ? LOAD_WORDS.test(kind) && !OTHER_WORDS.test(kind) : LOAD_METRICS.has(kind);
}

/**
 * Whether an alert belongs to an incident that is open for its server's load. One of the same kind does while the incident is open. One of
 * another kind does until the diagnosis is there: it is looked at with the server as a whole then, and what the diagnosis does not explain
 * gets an incident of its own. A service's alert belongs to it also after a cause was found: it says whom the incident hurts.
 */
export function foldsInto(incident: Incident, alert: AlertDigest, now: Date): boolean {
  const [first] = incident.alerts;
  if (first === undefined || isClosed(incident.state)) return false;
  if (kindOf(first) === kindOf(alert)) return true;
  if (alert.service !== undefined && causeOf(incident.diagnosis) !== null) return tellsOfLoad(first);
  return (
    tellsOfLoad(first) &&
    tellsOfLoad(alert) &&
    incident.diagnosis === null &&
    incident.alerts.length < MOST_ALERTS &&
    msBetween(incident.openedAt, now.toISOString()) <= WINDOW_MS
  );
}

/** The alerts of other kinds than the one that opened the incident: the first of each. */
export function foldedIn({ alerts: [first, ...others] }: Pick<Incident, "alerts">): AlertDigest[] {
  if (first === undefined) return [];
  const kinds = new Map<string, AlertDigest>();
  for (const alert of others) {
    const kind = kindOf(alert);
    if (kind !== kindOf(first) && !kinds.has(kind)) kinds.set(kind, alert);
  }
  return [...kinds.values()];
}
