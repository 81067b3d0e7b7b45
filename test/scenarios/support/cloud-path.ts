// The real way: an alert as Azure Monitor posts it, the local cloud, and the incident as a person sees it.
import { callApi, forwarded } from "../../../infra/local/api-client.ts";
import { AlertAnswer, type IncidentDetail } from "../../../shared/contracts/api.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, eventually, startCloud } from "../../support/cloud.ts";
import { PASSWORD, PASSWORD_SETTING } from "./arena.ts";
import { registrationOf } from "./direct.ts";
import type { Answer, Path, Subject } from "./path.ts";

const ANSWER_WITHIN_MS = 60_000;
const HEALED_WITHIN_MS = 180_000;
const POLL_MS = 50;

/** Starts a local cloud of its own; `close` ends it. */
export async function cloudPath(): Promise<Path> {
  // The host is a process of its own and reads the password that registrations name.
  process.env[PASSWORD_SETTING] = PASSWORD;
  const cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", PGMEDIC_SHOP_ORDERS: "100000" });
  await warmUp(cloud);
  const incidents = new Map<string, string>();
  return {
    register: async (subject) => {
      const { status, body } = await cloud.call("PUT", `servers/${idOf(subject)}`, {
        as: ["admin"],
        body: registrationOf(subject),
      });
      if (status >= 300) throw new Error(`the server was not taken: ${status} ${JSON.stringify(body)}`);
    },
    takeReading: () => takeReadings(cloud),
    ask: async (subject) => {
      const { incident, ms } = await alertOf(cloud, subject);
      incidents.set(subject.database, incident.incidentId);
      return answerOf(incident, ms);
    },
    heal: (subject) => heal(cloud, incidents.get(subject.database) ?? ""),
    forget: async (subject) => {
      await cloud.call("DELETE", `servers/${idOf(subject)}`, { as: ["admin"] });
    },
    close: cloud.stop,
  };
}

/** The first investigation of a process makes the planner clone, which takes seconds once: one by hand, before anything is measured. */
async function warmUp(cloud: Cloud): Promise<void> {
  const opened = await cloud.call("POST", "incidents", { body: { serverId: "shop", note: "warm-up" } });
  const { incidentId } = AlertAnswer.parse(opened.body);
  const isOver = ({ state }: IncidentDetail): boolean => state === "awaitingApproval" || isClosed(state);
  await until(cloud, incidentId ?? "", { wanted: isOver, withinMs: HEALED_WITHIN_MS });
  await cloud.call("DELETE", "servers/shop", { as: ["admin"] });
}

const idOf = ({ database }: Subject): string => database.replaceAll("_", "-");

/** Azure's admin API runs a timer at once. */
async function takeReadings(cloud: Cloud): Promise<void> {
  const response = await fetch(`${cloud.host}/admin/functions/takeSnapshots`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.timeout(20_000),
  });
  await response.body?.cancel();
}

async function alertOf(cloud: Cloud, subject: Subject): Promise<{ incident: IncidentDetail; ms: number }> {
  const { alert } = subject.scenario;
  const { resourceId } = registrationOf(subject);
  const posted = anAlert({
    alertId: subject.database,
    rule: alert.rule ?? alert.metric ?? "alert",
    metric: alert.metric ?? "custom_metric",
    value: alert.value,
    target: resourceId,
  });
  const startedAt = performance.now();
  const answered = await cloud.postAlert(posted);
  const { incidentId } = AlertAnswer.parse(answered.body);
  if (incidentId === null) throw new Error(`the alert opened nothing: ${JSON.stringify(answered.body)}`);
  const incident = await until(cloud, incidentId, {
    wanted: ({ state }) => state === "awaitingApproval" || isClosed(state),
    withinMs: ANSWER_WITHIN_MS,
  });
  return { incident, ms: performance.now() - startedAt };
}

function answerOf({ diagnosis, proposal, resolution, state }: IncidentDetail, ms: number): Answer {
  if (diagnosis === null) throw new Error(`the incident ended as ${state} without a diagnosis`);
  const isRefused = proposal === null && diagnosis.verdict === "cause";
  return { diagnosis, proposal, refusal: isRefused ? (resolution?.because ?? state) : null, ms };
}

function until(
  cloud: Cloud,
  id: string,
  { wanted, withinMs }: { wanted: (incident: IncidentDetail) => boolean; withinMs: number },
): Promise<IncidentDetail> {
  let last: IncidentDetail | undefined;
  const story = (): string => `the answer of ${id} (${last?.state ?? "unknown"}: ${last?.timeline.at(-1)?.text ?? ""})`;
  const ask = async (): Promise<IncidentDetail | null> => {
    last = await cloud.incident(id);
    return wanted(last) ? last : null;
  };
  return eventually(ask, { withinMs, everyMs: POLL_MS, what: story });
}

/** As many people agree as the proposal needs; answers the state in which the incident ends. */
async function heal(cloud: Cloud, incidentId: string): Promise<string> {
  const { proposal } = await cloud.incident(incidentId);
  if (proposal === null) return "no proposal";
  const { proposalId, hash: proposalHash, approvalsNeeded } = proposal;
  for (const name of ["Ann", "Bob"].slice(0, approvalsNeeded)) {
    const person = forwarded(cloud.host, cloud.secrets.frontProof, { name, roles: ["operator"] });
    const body = { proposalId, proposalHash, verdict: "approve" };
    const { status, body: said } = await callApi(person, "POST", `incidents/${incidentId}/decision`, { body });
    if (status >= 300) return `${name} could not approve: ${status} ${JSON.stringify(said)}`.slice(0, 200);
  }
  const ended = await until(cloud, incidentId, { wanted: ({ state }) => isClosed(state), withinMs: HEALED_WITHIN_MS });
  return ended.state === "resolved" ? "resolved" : `${ended.state}: ${ended.resolution?.because ?? ""}`;
}
