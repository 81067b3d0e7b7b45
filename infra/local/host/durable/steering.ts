import type { Commands, CommandOutcome } from "./commands.ts";
import { managementLinks } from "./links.ts";
import type { ManagementContext, ManagementRequest } from "./management.ts";
import { empty, GENERAL_PROBLEM, NOT_LOCAL, problem, readJson, type ManagementResponse } from "./reply-forms.ts";

/** The answer to a start or restart: where the instance can be watched and steered. */
export function started(
  context: ManagementContext,
  request: ManagementRequest,
  instanceId: string,
): ManagementResponse {
  const { rewindPostUri: _notLocal, ...links } = managementLinks(request.origin, context.taskHub, instanceId);
  const headers = { location: links["statusQueryGetUri"] ?? "", "retry-after": "10" };
  return { status: 202, headers, body: { id: instanceId, ...links } };
}

/** The operations on one existing instance. */
export function steer(
  context: ManagementContext,
  request: ManagementRequest,
  target: { id: string; operation: string; name: string | undefined },
): ManagementResponse {
  const { commands } = context;
  const { id, name } = target;
  const reason = request.query.get("reason");
  switch (target.operation.toLowerCase()) {
    case "raiseevent":
      return name === undefined ? empty(404) : raise(commands, request, { id, name });
    case "terminate":
      return answer(commands.terminate(id, reason));
    case "suspend":
      return answer(commands.suspend(id, reason), `Cannot suspend the orchestration instance ${id}`);
    case "resume":
      return answer(commands.resume(id, reason), `Cannot resume the orchestration instance ${id}`);
    case "restart":
      return restart(context, request, id);
    case "rewind":
      return rewind(commands, id);
    default:
      return empty(404);
  }
}

function answer(outcome: CommandOutcome, cannot = ""): ManagementResponse {
  switch (outcome.kind) {
    case "accepted":
      return empty(202);
    case "missing":
      return empty(404);
    case "final":
      return empty(410);
    case "wrongState": {
      const message = `${cannot} because instance is in the ${outcome.status} state.`;
      return problem(500, GENERAL_PROBLEM, { type: "System.InvalidOperationException", message });
    }
  }
}

function raise(
  commands: Commands,
  request: ManagementRequest,
  { id, name }: { id: string; name: string },
): ManagementResponse {
  if (!request.headers["content-type"]?.toLowerCase().startsWith("application/json")) {
    return problem(400, "Only application/json request content is supported");
  }
  const json = readJson(request.body);
  if (json.kind === "json") return answer(commands.raiseEvent(id, name, json.text));
  return problem(400, "Invalid JSON content", { type: "Newtonsoft.Json.JsonReaderException", message: json.message });
}

function restart(context: ManagementContext, request: ManagementRequest, id: string): ManagementResponse {
  const instance = context.commands.instance(id);
  if (instance === undefined) {
    const message = `No instance with ID '${id}' was found. (Parameter 'instanceId')`;
    const exception = { type: "System.ArgumentException", message };
    return problem(400, "InstanceId does not match a valid orchestration instance.", exception);
  }
  const keepsId = request.query.get("restartWithNewInstanceId")?.toLowerCase() === "false";
  const outcome = context.commands.start(instance.name, instance.input, keepsId ? id : undefined);
  if (outcome.kind === "started") return started(context, request, outcome.instanceId);
  const message = `An Orchestration instance with the status ${outcome.status} already exists.`;
  const exception = { type: "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException", message };
  return problem(409, "A non-terminal instance with this instance ID already exists.", exception);
}

function rewind(commands: Commands, id: string): ManagementResponse {
  const instance = commands.instance(id);
  if (instance === undefined) return { status: 404, body: `No orchestration with instance ID "$${id}" found.` };
  if (instance.status === "Failed") return NOT_LOCAL;
  const rule = 'but only orchestrations in the "Failed" state can be rewound.';
  return { status: 412, body: `This orchestration has status ${instance.status}, ${rule}` };
}
