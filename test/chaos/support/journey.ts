// One incident's way: an alert, a person who approves, and the proof at the end that everything happened once.
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { CommonAlert } from "../../../shared/contracts/alert.ts";
import { type Incident, isClosed } from "../../../shared/contracts/incident.ts";
import { digestOf, incidentIdOf, loadKeyOf } from "../../../shared/core/alert-reading.ts";
import { readAzure } from "../../../shared/core/alert-sources/azure.ts";
import { verifyChain } from "../../../shared/core/audit-chain.ts";
import { anAlert } from "../../support/alerts.ts";
import { eventually } from "../../support/cloud.ts";
import { INDEX, type Parcels } from "./parcels.ts";
import type { Platform } from "./platform.ts";

/** A run that has not moved for this long gets the sweep, which comes by itself once a minute. */
const STILL_MS = 4_000;
const POLL_MS = 40;
const PATIENCE_MS = 180_000;

export type Journey = ReturnType<typeof journeyOf>;

/** The incident that an alert on this database will open; its ids follow from the alert. A database may be registered under several names. */
export function journeyOf(platform: Platform, parcels: Parcels, suffix = "") {
  const serverId = parcels.name.replaceAll("_", "-") + suffix;
  const resourceId = `/subscriptions/0/resourceGroups/chaos/providers/Microsoft.DBforPostgreSQL/flexibleServers/${serverId}`;
  const alert = anAlert({ alertId: `alert-of-${serverId}`, target: resourceId });
  const digest = digestOf(readAzure(CommonAlert.parse(alert)));
  const incidentId = incidentIdOf(serverId, digest);
  return {
    platform,
    parcels,
    serverId,
    resourceId,
    alert,
    incidentId,
    runId: `${incidentId}-r1`,
    correlationKey: loadKeyOf(serverId),
    sweeps: 0,
  };
}

/** Asks for something until the host answers, as Azure Monitor and a person at a browser do. */
export const untilAnswered = (
  { platform }: Journey,
  call: { method: string; path: string; body?: unknown },
): Promise<Response> =>
  eventually(
    async () => {
      const answer = await platform.call(call.method, call.path, call.body).catch(() => null);
      return answer === null || answer.status >= 500 ? null : answer;
    },
    { withinMs: PATIENCE_MS, what: `${call.method} ${call.path}` },
  );

/** Registers the server of a journey, enabled or not. */
export const enable = (journey: Journey, enabled: boolean): Promise<Response> => {
  const { parcels, serverId, resourceId } = journey;
  const signIn = (user: string, passwordSetting: string) => ({ kind: "password", user, passwordSetting });
  const body = {
    displayName: serverId,
    resourceId,
    environment: "development",
    enabled,
    vCores: 4,
    connection: {
      kind: "roles",
      host: "127.0.0.1",
      port: parcels.port,
      database: parcels.name,
      tls: "off",
      investigator: signIn("pgmedic_investigator", "CHAOS_INVESTIGATOR"),
      executor: signIn("pgmedic_executor", "CHAOS_EXECUTOR"),
    },
  };
  return untilAnswered(journey, { method: "PUT", path: `api/servers/${serverId}`, body });
};

/** Waits for the incident to be as wished; a run that stands still for long is helped by the sweep, as each minute does. */
export async function until(
  journey: Journey,
  isReached: (incident: Incident) => boolean,
  what: string,
): Promise<Incident> {
  const { platform, incidentId } = journey;
  let movedAt = performance.now();
  let seen = "";
  const deadline = movedAt + PATIENCE_MS;
  while (performance.now() < deadline) {
    const incident = await platform.documents.incidents.read(incidentId).catch(() => null);
    if (incident !== null && isReached(incident)) return incident;
    const now = `${incident?.updatedAt} ${incident?.timeline.length} ${incident?.outbox.length}`;
    if (now !== seen) movedAt = performance.now();
    seen = now;
    if (performance.now() - movedAt > STILL_MS) {
      movedAt = performance.now();
      journey.sweeps += 1;
      await platform.call("POST", "admin/functions/sweep").catch(() => null);
    }
    await sleep(POLL_MS);
  }
  throw new Error(`${incidentId} never became ${what}\n${await accountOf(journey)}`);
}

/** What is known of a run, for whoever must find out why it went wrong. */
export async function accountOf({ platform, parcels, incidentId, runId }: Journey): Promise<string> {
  const incident = await platform.documents.incidents.read(incidentId).catch(String);
  const path = `runtime/webhooks/durabletask/instances/${runId}?showHistory=true&showHistoryOutput=true`;
  const status = await platform.call("GET", path).then((answer) => answer.text(), String);
  const sessions = await parcels.sessions().catch(String);
  return [JSON.stringify(incident, null, 1), status, JSON.stringify(sessions), platform.log()].join("\n");
}

/** Registers the server and lets its application suffer. */
export async function prepare(journey: Journey): Promise<void> {
  await enable(journey, true);
  journey.parcels.hammer();
}

export const postAlert = (journey: Journey): Promise<Response> =>
  untilAnswered(journey, { method: "POST", path: "api/alerts", body: journey.alert });

export const isSuspended = ({ state }: Incident): boolean => state === "awaitingApproval";
const isEnded = ({ state, resolution }: Incident): boolean => isClosed(state) && resolution !== null;

/** Decides as a person does who presses the button again after an error. */
export async function decide(
  journey: Journey,
  { proposal }: Incident,
  verdict: "approve" | "skip" = "approve",
): Promise<Response> {
  const body = { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict };
  return untilAnswered(journey, { method: "POST", path: `api/incidents/${journey.incidentId}/decision`, body });
}

const Status = z.object({ runtimeStatus: z.string() });

/** Waits until the incident is closed and its orchestration has ended, then lets the server rest. */
export async function untilEnded(journey: Journey): Promise<Incident> {
  await until(journey, isEnded, "closed");
  await eventually(
    async () => {
      const path = `runtime/webhooks/durabletask/instances/${journey.runId}`;
      const answer = await journey.platform.call("GET", path).catch(() => null);
      if (answer === null) return null;
      const { runtimeStatus } = Status.parse(await answer.json());
      return runtimeStatus === "Completed" ? true : null;
    },
    { what: `the end of the orchestration ${journey.runId}` },
  );
  await journey.parcels.calm();
  // What the last steps announced is delivered, and the run is remembered.
  const incident = await until(
    journey,
    ({ outbox, memoryDue }) => outbox.length === 0 && !memoryDue,
    "delivered and remembered",
  );
  await enable(journey, false);
  return incident;
}

/** The whole way, approved by a person. */
export async function travel(journey: Journey): Promise<Incident> {
  await prepare(journey);
  await postAlert(journey);
  const incident = await until(journey, isSuspended, "suspended");
  await decide(journey, incident);
  return untilEnded(journey);
}

const ONCE_IN_AUDIT = ["diagnosed", "proposed", "decided", "executed", "verified", "closed"];

/** Everything that is wrong with a run that a person approved: something lost, done twice or left behind. */
export async function faultsOf(
  journey: Journey,
  wantedDdl: readonly string[] = [`CREATE INDEX public.${INDEX}`],
): Promise<string[]> {
  const { platform, parcels, incidentId, serverId, correlationKey } = journey;
  const { incidents, servers, memories, documents } = platform.documents;
  const incident = await incidents.read(incidentId);
  if (incident === null) return ["the incident is lost"];
  const audit = await incidents.audit(incidentId);
  const ddl = (await parcels.ddl()).map(({ tag, name }) => `${tag} ${name}`);
  const indexes = await parcels.indexes();
  const openKey = await documents.read(
    { container: "alerts", id: correlationKey, partition: correlationKey },
    z.unknown(),
  );
  const sessions = await eventually(async () => ((await parcels.sessions()).length === 0 ? [] : null), {
    withinMs: 10_000,
  }).catch(() => parcels.sessions());
  const lines = incident.timeline.map(({ kind, text }) => `${kind}: ${text}`);
  const memory = (await memories.ofServer(serverId)).filter((one) => one.incidentId === incidentId);
  const expected: [string, unknown, unknown][] = [
    ["state", incident.state, "resolved"],
    ["resolution", incident.resolution?.path, "humanApproved"],
    ["verdict", incident.verification?.verdict, "improved"],
    ["commands that completed", ddl, wantedDdl],
    ["indexes", indexes, [{ name: INDEX, valid: true }]],
    ["audit entries", audit.map(({ what }) => what).toSorted(), ONCE_IN_AUDIT.toSorted()],
    ["audit chain", verifyChain(audit).intact, true],
    ["lines that are twice in the timeline", lines.filter((line, at) => lines.indexOf(line) !== at), []],
    ["outbox", incident.outbox, []],
    ["lock", await servers.lock(serverId), null],
    ["open key", openKey, null],
    ["sessions left", sessions, []],
    ["memories", memory.map(({ runId, path }) => [runId, path]), [[journey.runId, "humanApproved"]]],
  ];
  return expected
    .filter(([, found, wanted]) => JSON.stringify(found) !== JSON.stringify(wanted))
    .map(([what, found, wanted]) => `${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}
