// Every call to the API. What comes back is parsed with the contract before anybody sees it.
import { z } from "zod";
import {
  AlertAnswer,
  Changes,
  IncidentDetail,
  IncidentList,
  type IncidentRequest,
  InstructionList,
  Problem,
  ServerList,
  TimelineAnswer,
  ServerView,
} from "../../shared/contracts/api.ts";
import type { AutomationLevels } from "../../shared/contracts/automation.ts";
import { AutonomyView, type AutonomyRequest } from "../../shared/contracts/autonomy.ts";
import { BaselinesView } from "../../shared/contracts/baseline.ts";
import { Chat, type ChatReply, type ChatRequest } from "../../shared/contracts/chat.ts";
import { DeadLetterList, DeadLetterView } from "../../shared/contracts/dead-letter.ts";
import type { DecisionRequest } from "../../shared/contracts/decision.ts";
import { ActionsAnswer, type DiagnosticParameters, Insight } from "../../shared/contracts/diagnostic-run.ts";
import { PlaybookList } from "../../shared/contracts/playbook-edit.ts";
import { Schedule, ScheduleList, type ScheduleRequest } from "../../shared/contracts/schedule.ts";
import { ReasoningTrace } from "../../shared/contracts/reasoning-trace.ts";
import { Calibration } from "../../shared/contracts/memory.ts";
import { ServerCheck, type ServerRegistration } from "../../shared/contracts/server.ts";
import { ServerReport } from "../../shared/contracts/server-report.ts";
import { lenient } from "../../shared/contracts/unknown-fields.ts";
import { SignedIn } from "./principal.ts";

/** What a call came to. Failures are values: every screen says what went wrong and what to do. */
export type Answer<Value> = { ok: true; value: Value } | { ok: false; problem: Problem };

// Azure ends a request after 45 seconds; a little later means that nobody will answer.
const TIMEOUT_MS = 50_000;

type Told = { status: number; title: string; detail: string };
const problem = (slug: string, told: Told): Problem => ({ type: `https://pgmedic.dev/problems/${slug}`, ...told });

const UNREACHABLE = problem("unreachable", {
  status: 0,
  title: "PgMedic cannot be reached",
  detail: "Check your network connection.",
});
const SIGNED_OUT = problem("signed-out", {
  status: 401,
  title: "You are signed out",
  detail: "Sign in again to go on.",
});

type Call<Value> = { method?: string; body?: unknown; schema: z.ZodType<Value> };

async function send(path: string, { method = "GET", body }: Call<unknown>): Promise<Response | null> {
  const init: RequestInit = {
    method,
    headers: { "x-pgmedic-request": "1", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    // A redirect can only lead to the sign-in page, which is no answer to a call.
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return fetch(path, init).catch(() => null);
}

/** The problem that an unsuccessful answer tells of; one that tells nothing is named by its status. */
function problemOf(status: number, text: string): Problem {
  const told = Problem.safeParse(parseJson(text));
  if (told.success) return told.data;
  return problem("http", { status, title: `The API answered ${status}`, detail: text.slice(0, 200) });
}

type Reply = { status: number; text: string; location: string | null };

async function exchange(path: string, options: Call<unknown>): Promise<Answer<Reply>> {
  const response = await send(path, options);
  if (response === null) return { ok: false, problem: UNREACHABLE };
  const { status } = response;
  if (response.type === "opaqueredirect" || status === 401) return { ok: false, problem: SIGNED_OUT };
  const text = await response.text().catch(() => "");
  if (!response.ok) return { ok: false, problem: problemOf(status, text) };
  return { ok: true, value: { status, text, location: response.headers.get("location") } };
}

function understood<Value>({ status, text }: Reply, schema: z.ZodType<Value>): Answer<Value> {
  // 204 carries no answer. A tab that was opened before a deployment leaves out what it does not know.
  const parsed = lenient(schema).safeParse([200, 201, 202].includes(status) ? parseJson(text) : null);
  if (parsed.success) return { ok: true, value: parsed.data };
  const detail = z.prettifyError(parsed.error).slice(0, 600);
  const title = "The dashboard does not understand the answer";
  return { ok: false, problem: problem("contract", { status, title, detail }) };
}

/** One call whose answer fits the schema, or the problem. */
export async function call<Value>(path: string, options: Call<Value>): Promise<Answer<Value>> {
  const reply = await exchange(path, options);
  return reply.ok ? understood(reply.value, options.schema) : reply;
}

const LOOK_EVERY_MS = 2_000;
const PATIENCE_MS = 120_000;
const NO_ANSWER = problem("no-answer", {
  status: 504,
  title: "There was no answer within two minutes",
  detail: "The work may still be going on.",
});

/** A call that may be answered later, at a place that the API names (202 with a Location). Gives up after two minutes. */
async function callAndFollow<Value>(path: string, options: Call<Value>): Promise<Answer<Value>> {
  const reply = await exchange(path, options);
  if (!reply.ok) return reply;
  const { status, location } = reply.value;
  if (status !== 202) return understood(reply.value, options.schema);
  // The answer is the API's own: nobody else is asked for it.
  if (location === null || !location.startsWith("/api/")) return { ok: false, problem: NO_ANSWER };
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const later = await call(location, { schema: options.schema });
    if (later.ok || !isPending(later.problem)) return later;
  }
  return { ok: false, problem: NO_ANSWER };
}

const isPending = ({ status, type }: Problem): boolean => status === 0 || type.endsWith("/no-answer-yet");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const id = encodeURIComponent;

/** What the local demo can be told; it does not exist in Azure. */
export type DemoCommand = { do: "hammer"; column: "customer_id" | "product_id" } | { do: "calm" };

const DemoStatus = z.object({
  hammers: z.array(
    z.object({
      column: z.string(),
      clients: z.number(),
      recent: z.object({ calls: z.number(), meanMs: z.number().nullable() }),
    }),
  ),
});
export type DemoStatus = z.infer<typeof DemoStatus>;

/** Which incidents a list shows. */
export type IncidentFilter = "all" | "open" | "closed";

export const api = {
  me: () => call("/.auth/me", { schema: SignedIn }),
  servers: () => call("/api/servers", { schema: ServerList }),
  registerServer: (serverId: string, body: ServerRegistration) =>
    call(`/api/servers/${id(serverId)}`, { method: "PUT", body, schema: ServerView }),
  removeServer: (serverId: string) =>
    call(`/api/servers/${id(serverId)}`, { method: "DELETE", body: {}, schema: z.null() }),
  baselines: (serverId: string) => call(`/api/servers/${id(serverId)}/baselines`, { schema: BaselinesView }),
  checkServer: (serverId: string) =>
    callAndFollow(`/api/servers/${id(serverId)}/check`, { method: "POST", body: {}, schema: ServerCheck }),
  reportOn: (serverId: string) =>
    callAndFollow(`/api/servers/${id(serverId)}/report`, { method: "POST", body: {}, schema: ServerReport }),
  setAutomation: (serverId: string, levels: AutomationLevels) =>
    call(`/api/servers/${id(serverId)}/automation`, { method: "PUT", body: { levels }, schema: ServerView }),
  incidents: (filter: IncidentFilter, limit: number) => {
    const status = filter === "all" ? "" : `status=${filter}&`;
    return call(`/api/incidents?${status}limit=${limit}`, { schema: IncidentList });
  },
  openIncident: (body: z.infer<typeof IncidentRequest>) =>
    call("/api/incidents", { method: "POST", body, schema: AlertAnswer }),
  incident: (incidentId: string) => call(`/api/incidents/${id(incidentId)}`, { schema: IncidentDetail }),
  trace: (incidentId: string) => call(`/api/incidents/${id(incidentId)}/trace`, { schema: ReasoningTrace }),
  actions: (incidentId: string) => call(`/api/incidents/${id(incidentId)}/actions`, { schema: ActionsAnswer }),
  runAction: (incidentId: string, actionId: string, parameters: DiagnosticParameters) =>
    call(`/api/incidents/${id(incidentId)}/actions/${id(actionId)}`, {
      method: "POST",
      body: { parameters },
      schema: Insight,
    }),
  decide: (incidentId: string, body: DecisionRequest) =>
    call(`/api/incidents/${id(incidentId)}/decision`, { method: "POST", body, schema: IncidentDetail }),
  openChat: (body: z.infer<typeof ChatRequest>) => call("/api/chats", { method: "POST", body, schema: Chat }),
  reply: (chatId: string, body: ChatReply) =>
    call(`/api/chats/${id(chatId)}/messages`, { method: "POST", body, schema: Chat }),
  confirmChat: (chatId: string) => call(`/api/chats/${id(chatId)}/confirm`, { method: "POST", body: {}, schema: Chat }),
  instructions: () => call("/api/instructions", { schema: InstructionList }),
  revoke: (instructionId: string) =>
    call(`/api/instructions/${id(instructionId)}`, { method: "DELETE", body: {}, schema: z.null() }),
  deadLetters: () => call("/api/dead-letters", { schema: DeadLetterList }),
  sendAgain: (letterId: string) =>
    call(`/api/dead-letters/${id(letterId)}/send`, { method: "POST", body: {}, schema: DeadLetterView }),
  timeline: () => call("/api/timeline", { schema: TimelineAnswer }),
  calibration: () => call("/api/memory/calibration", { schema: Calibration }),
  changes: (since: string | null) =>
    call(`/api/changes${since === null ? "" : `?since=${id(since)}`}`, { schema: Changes }),
  schedules: () => call("/api/schedules", { schema: ScheduleList }),
  setSchedule: (scheduleId: string, body: ScheduleRequest) =>
    call(`/api/schedules/${id(scheduleId)}`, { method: "PUT", body, schema: Schedule }),
  removeSchedule: (scheduleId: string) =>
    call(`/api/schedules/${id(scheduleId)}`, { method: "DELETE", body: {}, schema: z.null() }),
  playbooks: () => call("/api/playbooks", { schema: PlaybookList }),
  autonomy: () => call("/api/autonomy", { schema: AutonomyView }),
  setAutonomy: (body: z.infer<typeof AutonomyRequest>) =>
    call("/api/autonomy", { method: "PUT", body, schema: AutonomyView }),
  demo: () => call("/.local/demo", { schema: DemoStatus }),
  playDemo: (body: DemoCommand) => call("/.local/demo", { method: "POST", body, schema: DemoStatus }),
};

/** What a person can do about a problem, in one sentence. */
export function adviceFor({ status }: Problem): string {
  if (status === 0) return "The page tries again by itself every few seconds.";
  if (status === 401) return "Sign in again; nothing that you did is lost.";
  if (status === 403) return "Your role does not allow this. Ask an admin of PgMedic.";
  if (status === 404) return "It may have been removed. Go back to the list.";
  if (status === 409) return "It changed meanwhile. Look at what stands now.";
  if (status === 410) return "It has expired. A new alert brings a fresh proposal.";
  if (status === 412) return "The proposal changed while you looked at it. Read it again, then decide.";
  if (status >= 500) return "PgMedic or one of its services is not available. Try again in a moment.";
  return "Correct what is named above and try again.";
}
