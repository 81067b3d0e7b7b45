import type { Commands } from "./commands.ts";
import type { ManagementRequest } from "./management.ts";
import type { ManagementResponse } from "./reply-forms.ts";
import { statusJson } from "./status-json.ts";
import type { Instance } from "./store.ts";

const STATUSES = ["Pending", "Running", "Suspended", "Completed", "Failed", "Terminated", "Canceled", "ContinuedAsNew"];
const PAGE_SIZE = 100;

/** A filter from query parameters; values that cannot be read are ignored, as the real host does. */
function filterBy(query: URLSearchParams): (instance: Instance) => boolean {
  const asked = (query.get("runtimeStatus") ?? "").split(",").map((part) => part.trim().toLowerCase());
  const statuses = STATUSES.map((known) => known.toLowerCase()).filter((known) => asked.includes(known));
  const time = (name: string, otherwise: number): number => {
    const ms = Date.parse(query.get(name) ?? "");
    return Number.isNaN(ms) ? otherwise : ms;
  };
  const fromMs = time("createdTimeFrom", -Infinity);
  const toMs = time("createdTimeTo", Infinity);
  const prefix = query.get("instanceIdPrefix") ?? "";
  return (instance) =>
    (statuses.length === 0 || statuses.includes(instance.status.toLowerCase())) &&
    instance.createdMs >= fromMs &&
    instance.createdMs <= toMs &&
    instance.instanceId.startsWith(prefix);
}

/** One page of instances in the order of their ids; the header names where the next page begins. */
export function listInstances(commands: Commands, request: ManagementRequest): ManagementResponse {
  const token = request.headers["x-ms-continuation-token"];
  const from = token === undefined ? "" : Buffer.from(token, "base64").toString("utf8");
  const matching = commands
    .instances()
    .filter(filterBy(request.query))
    .filter((instance) => instance.instanceId >= from);
  const top = Number.parseInt(request.query.get("top") ?? "", 10);
  const size = Number.isNaN(top) ? PAGE_SIZE : top;
  const next = matching[size];
  const options = {
    showInput: request.query.get("showInput")?.toLowerCase() !== "false",
    showHistory: false,
    showHistoryOutput: false,
  };
  return {
    status: 200,
    headers:
      next === undefined ? {} : { "x-ms-continuation-token": Buffer.from(next.instanceId, "utf8").toString("base64") },
    body: matching.slice(0, size).map((instance) => statusJson(instance, [], options)),
  };
}

/** Purges the ended instances that match; a lower bound for the creation time is required. */
export function purgeMatching(commands: Commands, query: URLSearchParams): ManagementResponse {
  if (Number.isNaN(Date.parse(query.get("createdTimeFrom") ?? ""))) {
    return { status: 400, body: "Please provide value for 'createdTimeFrom' parameter." };
  }
  const purged = commands
    .instances()
    .filter(filterBy(query))
    .filter((instance) => commands.purge(instance.instanceId).kind === "accepted");
  return purged.length === 0 ? { status: 404 } : { status: 200, body: { instancesDeleted: purged.length } };
}
