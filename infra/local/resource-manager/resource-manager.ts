// Azure Resource Manager on this machine, for the one server that the local cloud owns: parameters and size, really changed.
import { z } from "zod";
import type { JsonAnswer, JsonRequest } from "../json-server.ts";
import type { Target } from "../monitor/payload.ts";
import type { Configurations } from "./configurations.ts";
import { createOperations, refusal, Refused } from "./operations.ts";
import { Patch, type ServerResource } from "./server-resource.ts";

const Wish = z.looseObject({ properties: z.looseObject({ value: z.string() }) });
const OPERATION = /\/locations\/[^/]+\/(azureAsyncOperation|operationResults)\/([^/]+)$/;

export type ResourceManagerOptions = {
  target: Target;
  region: string;
  resource: ServerResource;
  /** Undefined for a server that is not the local cloud's own: nobody here may change it. */
  configurations: Configurations | undefined;
  /** Ends every session, as a restart does. */
  endSessions: () => Promise<void>;
  /** How long a change waits before it is carried out. */
  delayMs: number;
};
export type ResourceManager = ReturnType<typeof createResourceManager>;

export function createResourceManager(options: ResourceManagerOptions) {
  const { target, resource, configurations } = options;
  const operations = createOperations(options.delayMs);
  const place = (url: URL) => ({ origin: url.origin, subscriptionId: target.subscriptionId, region: options.region });

  const onServer = ({ method, url, body }: JsonRequest): JsonAnswer => {
    if (method === "GET") return { status: 200, body: resource.answer(operations.isBusy()) };
    if (method !== "PATCH") return notAnswered(method, url);
    if (configurations === undefined) return NOT_OURS;
    const wish = resource.wished(Patch.parse(body));
    if (wish === null) return { status: 200, body: resource.answer(operations.isBusy()) };
    return operations.begin(place(url), "UpsertServerManagementOperation", async () => {
      if (resource.isRestart(wish)) await options.endSessions();
      resource.become(wish);
    });
  };

  const onParameter = async (name: string, { method, url, body }: JsonRequest): Promise<JsonAnswer> => {
    if (configurations === undefined) return NOT_OURS;
    const found = await configurations.read(name);
    if (found === null) return refusal(404, "ConfigurationNotExists", `The configuration ${name} does not exist.`);
    const type = "Microsoft.DBforPostgreSQL/flexibleServers/configurations";
    const answer = { id: `${target.resourceId}/configurations/${found.name}`, type, ...found };
    if (method === "GET") return { status: 200, body: answer };
    if (method !== "PUT" && method !== "PATCH") return notAnswered(method, url);
    if (found.properties.isReadOnly)
      return refusal(400, "ReadOnlyServerParameter", `The configuration ${name} is read-only.`);
    const { value } = Wish.parse(body).properties;
    return operations.begin(place(url), "UpdateServerParameterManagementOperation", () =>
      configurations.write(found.name, value),
    );
  };

  return {
    /** Answers what is about the server or an operation; undefined for everything else. */
    answer: async (request: JsonRequest): Promise<JsonAnswer | undefined> => {
      const path = decodeURIComponent(request.url.pathname);
      const [, kind, id] = OPERATION.exec(path) ?? [];
      if (id !== undefined && (kind === "azureAsyncOperation" || kind === "operationResults"))
        return operations.answer(kind, id);
      if (!path.toLowerCase().startsWith(target.resourceId.toLowerCase())) return undefined;
      const rest = path.slice(target.resourceId.length);
      try {
        if (rest === "") return onServer(request);
        if (rest === "/replicas" && request.method === "GET") return { status: 200, body: { value: [] } };
        const name = /^\/configurations\/([^/]+)$/.exec(rest)?.[1];
        return name === undefined ? undefined : await onParameter(name, request);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return refusal(400, error.refusal.code, error.refusal.message);
      }
    },
    stop: operations.stop,
  };
}

const NOT_OURS = refusal(
  404,
  "ResourceNotFound",
  "The local cloud does not own this server: change it where it is administered.",
);
const notAnswered = (method: string, url: URL): JsonAnswer =>
  refusal(405, "HttpVerbNotAllowed", `${method} ${url.pathname} is not answered here.`);
