import { randomUUID } from "node:crypto";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { z } from "zod";
import { UnreadableDocument } from "../../shared/adapters/documents.ts";
import { BaselinesView } from "../../shared/contracts/baseline.ts";
import { ServerList, ServerView } from "../../shared/contracts/api.ts";
import { Area, AutomationRequest } from "../../shared/contracts/automation.ts";
import { isClosed } from "../../shared/contracts/incident.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import { type Server, ServerCheck, ServerRegistration } from "../../shared/contracts/server.ts";
import { ServerReport } from "../../shared/contracts/server-report.ts";
import { baselinesView } from "../../shared/core/baselines-view.ts";
import { answerAs, invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { awaitRunner } from "./await-runner.ts";
import type { Person } from "./principal.ts";

const unknown = (serverId: string): HttpResponseInit =>
  problem(404, "unknown-server", { title: `There is no server "${serverId}"` });
const idIn = (request: HttpRequest): string => request.params["serverId"] ?? "";

/** `GET /api/servers` */
export async function listServers(): Promise<HttpResponseInit> {
  const servers = await services().servers.list();
  return answerAs(ServerList, 200, { servers: await Promise.all(servers.map(viewOf)) });
}

/** `GET /api/servers/{serverId}` */
export async function readServer(request: HttpRequest): Promise<HttpResponseInit> {
  const server = await services().servers.read(idIn(request));
  return server === null ? unknown(idIn(request)) : answerAs(ServerView, 200, await viewOf(server));
}

/** `PUT /api/servers/{serverId}`: registers a server, or changes its registration. One that cannot be read is replaced. */
export async function putServer(
  request: HttpRequest,
  person: Person,
  context: Pick<InvocationContext, "warn">,
): Promise<HttpResponseInit> {
  const { servers, now } = services();
  const id = Id.safeParse(idIn(request));
  if (!id.success) return invalid(id.error);
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const registration = ServerRegistration.safeParse(body.value);
  if (!registration.success) return invalid(registration.error);
  const registered = (known: Server | null): Server => ({
    ...known,
    ...registration.data,
    serverId: id.data,
    registeredAt: known?.registeredAt ?? now().toISOString(),
  });
  let isNew = false;
  try {
    const server = await servers.register(id.data, (known) => {
      isNew = known === null;
      return registered(known);
    });
    return answerAs(ServerView, isNew ? 201 : 200, await viewOf(server));
  } catch (failure) {
    if (!(failure instanceof UnreadableDocument)) throw failure;
    // Registering a server again is how an admin gets it back when nothing can read what is stored of it.
    context.warn(
      `the registration of ${id.data} is replaced, and a person approves each action there: ${failure.message}`,
    );
    const server = {
      ...registered(null),
      automation: { levels: EACH_BY_A_PERSON, by: person.name, at: now().toISOString() },
    };
    await servers.put(server);
    return answerAs(ServerView, 200, await viewOf(server));
  }
}

/** What an admin allowed is not known any more: it may have been less than what is allowed at first. */
const EACH_BY_A_PERSON = Object.fromEntries(Area.options.map((area) => [area, 2 as const]));

/** `PUT /api/servers/{serverId}/automation`: an admin says how far PgMedic may go, area by area. It takes effect before the next action. */
export async function putAutomation(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const { servers, now } = services();
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  const wish = AutomationRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const at = now().toISOString();
  await servers.change(idIn(request), (server) => {
    const levels = { ...server.automation?.levels, ...wish.data.levels };
    return { ...server, automation: { levels, by: person.name, at } };
  });
  return readServer(request);
}

/** `GET /api/servers/{serverId}/baselines`: what is usual on the server at this hour, and what deviates. */
export async function readBaselines(request: HttpRequest): Promise<HttpResponseInit> {
  const { servers, baselines, now } = services();
  const server = await servers.read(idIn(request));
  if (server === null) return unknown(idIn(request));
  const known = {
    detection: await baselines.detection(server.serverId),
    baselines: await baselines.all(server.serverId),
  };
  return answerAs(BaselinesView, 200, baselinesView(server, known, now()));
}

/** `DELETE /api/servers/{serverId}` */
export async function deleteServer(request: HttpRequest): Promise<HttpResponseInit> {
  await services().servers.remove(idIn(request));
  return { status: 204 };
}

/** `POST /api/servers/{serverId}/check`: asks the runner to connect as both roles and say what is missing. */
export const checkServer = (request: HttpRequest): Promise<HttpResponseInit> =>
  askRunner(request, { kind: "check", place: "checks", schema: ServerCheck });

/** `GET /api/servers/{serverId}/checks/{requestId}` */
export const readCheck = (request: HttpRequest): Promise<HttpResponseInit> => readAnswer(request, ServerCheck);

/** `POST /api/servers/{serverId}/report`: asks the runner what it would have proposed and refused so far. */
export const reportOnServer = (request: HttpRequest): Promise<HttpResponseInit> =>
  askRunner(request, { kind: "report", place: "reports", schema: ServerReport });

/** `GET /api/servers/{serverId}/reports/{requestId}` */
export const readReport = (request: HttpRequest): Promise<HttpResponseInit> => readAnswer(request, ServerReport);

type Wish = { kind: "check" | "report"; place: string; schema: z.ZodType };

/** The api app may not look at a server itself: it asks the runner, and answers what that stored, or where it will be. */
async function askRunner(request: HttpRequest, { kind, place, schema }: Wish): Promise<HttpResponseInit> {
  const { servers, messages, system } = services();
  const serverId = idIn(request);
  if ((await servers.read(serverId)) === null) return unknown(serverId);
  const requestId = `probe-${randomUUID().replaceAll("-", "")}`.slice(0, 40);
  await messages.send("runs", requestId, { schemaVersion: 1, type: "probe", requestId, serverId, what: { kind } });
  return awaitRunner(
    () => system.probeAnswer(requestId, schema),
    (found) => answerAs(schema, 200, found),
    `/api/servers/${serverId}/${place}/${requestId}`,
  );
}

async function readAnswer(request: HttpRequest, schema: z.ZodType): Promise<HttpResponseInit> {
  const requestId = Id.safeParse(request.params["requestId"]);
  const found = requestId.success ? await services().system.probeAnswer(requestId.data, schema) : null;
  if (found === null) return problem(404, "no-answer-yet", { title: "There is no answer to this question (yet)" });
  return answerAs(schema, 200, found);
}

async function viewOf(server: Server): Promise<ServerView> {
  const { servers, instructions, incidents, snapshots, now } = services();
  const at = now().toISOString();
  const standing = await instructions.forServer(server.serverId);
  const { incidents: known } = await incidents.listReadable({ serverId: server.serverId });
  return {
    ...server,
    lock: await servers.lock(server.serverId),
    instructions: standing.filter(({ revoked, expiresAt }) => revoked === null && expiresAt > at),
    activeIncidentIds: known.filter(({ state }) => !isClosed(state)).map(({ incidentId }) => incidentId),
    lastSnapshotAt: await snapshots.lastTakenAt(server.serverId),
  };
}
