import type { Commands } from "./commands.ts";
import { listInstances, purgeMatching } from "./instance-query.ts";
import { CONNECTION_NAME } from "./links.ts";
import {
  empty,
  GENERAL_PROBLEM,
  NOT_LOCAL,
  problem,
  readJson,
  type JsonText,
  type ManagementResponse,
} from "./reply-forms.ts";
import { repeatedCall, statusJson } from "./status-json.ts";
import { started, steer } from "./steering.ts";

export interface ManagementRequest {
  readonly method: string;
  /** Decoded path segments below the API's root. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Scheme and host that the caller used; links begin with it. */
  readonly origin: string;
  /** Path and query as sent. */
  readonly url: string;
}

export interface ManagementContext {
  readonly commands: Commands;
  readonly taskHub: string;
}

/** The Durable management API: starts, queries and steers orchestrations over HTTP. */
export async function handleManagement(
  context: ManagementContext,
  request: ManagementRequest,
): Promise<ManagementResponse> {
  const refusal = refuse(context, request);
  if (refusal !== undefined) return refusal;
  const [resource, id, ...rest] = request.path;
  return id === undefined ? onAll(context, request) : onOne(context, request, { resource, id, rest });
}

/** Another task hub or storage connection than this host's, or an id that cannot exist. */
function refuse({ taskHub }: ManagementContext, { path, query }: ManagementRequest): ManagementResponse | undefined {
  if (path.some((segment) => segment.includes("/"))) return empty(404);
  if ((query.get("taskHub") ?? taskHub).toLowerCase() !== taskHub.toLowerCase()) return empty(404);
  const connection = query.get("connection") ?? CONNECTION_NAME;
  if (connection === CONNECTION_NAME) return undefined;
  const message = `Unable to resolve the Azure Storage connection named '${connection}'.`;
  return problem(500, GENERAL_PROBLEM, { type: "System.InvalidOperationException", message });
}

function onAll({ commands }: ManagementContext, request: ManagementRequest): ManagementResponse {
  if (request.path[0]?.toLowerCase() !== "instances") return empty(404);
  if (request.method === "GET") return listInstances(commands, request);
  return request.method === "DELETE" ? purgeMatching(commands, request.query) : empty(404);
}

async function onOne(
  context: ManagementContext,
  request: ManagementRequest,
  { resource, id, rest }: { resource: string | undefined; id: string; rest: readonly string[] },
): Promise<ManagementResponse> {
  const [operation, name] = rest;
  switch (`${request.method} ${resource?.toLowerCase()}`) {
    case "POST orchestrators":
      return start(context, request, { name: id, instanceId: operation });
    case "GET instances":
      return operation === undefined ? status(context, request, id) : empty(404);
    case "DELETE instances":
      return purge(context, id);
    case "POST instances":
      return operation === undefined ? empty(404) : steer(context, request, { id, operation, name });
    case "GET entities":
    case "POST entities":
      return NOT_LOCAL;
    default:
      return empty(404);
  }
}

async function start(
  context: ManagementContext,
  request: ManagementRequest,
  { name, instanceId }: { name: string; instanceId: string | undefined },
): Promise<ManagementResponse> {
  const input: JsonText | null = request.body === "" ? null : readJson(request.body);
  if (input !== null && input.kind !== "json") return badInput(input);
  const outcome = context.commands.start(
    name,
    input?.text ?? null,
    instanceId,
    request.query.get("version") ?? undefined,
  );
  if (outcome.kind === "conflict") {
    return problem(409, `An Orchestration instance with the status ${outcome.status} already exists.`);
  }
  const timeoutS = Number(request.query.get("timeout") ?? 0);
  if (timeoutS > 0) {
    const ended = await waitForEnd(context, outcome.instanceId, { timeoutS, query: request.query });
    if (ended !== undefined) return ended;
  }
  return started(context, request, outcome.instanceId);
}

function badInput({ kind, message }: Extract<JsonText, { message: string }>): ManagementResponse {
  return kind === "cutOff"
    ? problem(500, GENERAL_PROBLEM, { type: "Newtonsoft.Json.JsonSerializationException", message })
    : problem(400, "Invalid JSON content", { type: "Newtonsoft.Json.JsonReaderException", message });
}

async function waitForEnd(
  { commands }: ManagementContext,
  instanceId: string,
  { timeoutS, query }: { timeoutS: number; query: URLSearchParams },
): Promise<ManagementResponse | undefined> {
  const intervalMs = 1000 * Number(query.get("pollingInterval") ?? 1);
  for (let leftMs = timeoutS * 1000; leftMs > 0; leftMs -= intervalMs) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(intervalMs, leftMs)));
    const instance = commands.instance(instanceId);
    if (instance === undefined) return undefined;
    const shown = statusJson(instance, [], { showInput: true, showHistory: false, showHistoryOutput: false });
    if (instance.status === "Completed") return { status: 200, body: shown["output"] };
    if (instance.status === "Terminated") return { status: 200, body: shown };
    if (instance.status === "Failed") return { status: 500, body: shown };
  }
  return undefined;
}

const flag = (query: URLSearchParams, name: string): boolean => query.get(name)?.toLowerCase() === "true";

function status(context: ManagementContext, request: ManagementRequest, id: string): ManagementResponse {
  const { commands } = context;
  const instance = commands.instance(id);
  if (instance === undefined) return empty(404);
  const { query } = request;
  const history = commands.history(id);
  const options = {
    showInput: query.get("showInput")?.toLowerCase() !== "false",
    showHistory: flag(query, "showHistory"),
    showHistoryOutput: flag(query, "showHistoryOutput"),
  };
  const repeated = options.showHistory ? repeatedCall(history) : undefined;
  if (repeated !== undefined) {
    const message = `An item with the same key has already been added. Key: ${repeated}`;
    const exception = { type: "System.ArgumentException", message };
    return problem(400, "One or more of the arguments submitted is incorrect", exception);
  }
  const body = statusJson(instance, history, options);
  if (["Completed", "Terminated", "Failed"].includes(instance.status)) {
    const isError = instance.status === "Failed" && flag(query, "returnInternalServerErrorOnFailure");
    return { status: isError ? 500 : 200, body };
  }
  return { status: 202, headers: { location: `${request.origin}${request.url}`, "retry-after": "5" }, body };
}

function purge({ commands }: ManagementContext, id: string): ManagementResponse {
  const outcome = commands.purge(id);
  if (outcome.kind === "accepted") return { status: 200, body: { instancesDeleted: 1 } };
  if (outcome.kind === "missing") return empty(404);
  const rule = "Only orchestrations in a terminal state can be purged";
  return { status: 412, body: `${rule}, but the orchestration with instance ID ${id} has status ${outcome.status}` };
}
