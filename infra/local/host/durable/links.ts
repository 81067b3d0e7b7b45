export const WEBHOOK_PATH = "/runtime/webhooks/durabletask";
export const RPC_PATH = "/durabletask";

/** The storage connection's name in links; there is one. */
export const CONNECTION_NAME = "Storage";
/** The host checks no keys locally, but clients expect one in each link. */
const KEY = "code=local";

const OPERATIONS = {
  statusQueryGetUri: "",
  sendEventPostUri: "/raiseEvent/{eventName}",
  terminatePostUri: "/terminate?reason={text}",
  rewindPostUri: "/rewind?reason={text}",
  purgeHistoryDeleteUri: "",
  restartPostUri: "/restart",
  suspendPostUri: "/suspend?reason={text}",
  resumePostUri: "/resume?reason={text}",
};

/** The management links of one instance. */
export function managementLinks(origin: string, taskHub: string, instanceId: string): Record<string, string> {
  const suffix = `taskHub=${taskHub}&connection=${CONNECTION_NAME}&${KEY}`;
  const link = (operation: string): string =>
    `${origin}${WEBHOOK_PATH}/instances/${instanceId}${operation}${operation.includes("?") ? "&" : "?"}${suffix}`;
  return Object.fromEntries(Object.entries(OPERATIONS).map(([name, operation]) => [name, link(operation)]));
}

/** The JSON text that a durableClient input binding delivers. */
export function clientBinding({ origin, rpcOrigin }: { origin: string; rpcOrigin: string }, taskHub: string): string {
  const create = `${origin}${WEBHOOK_PATH}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: taskHub,
    connectionName: null,
    creationUrls: {
      createNewInstancePostUri: `${create}?${KEY}`,
      createAndWaitOnNewInstancePostUri: `${create}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${KEY}`,
    },
    managementUrls: { id: "INSTANCEID", ...managementLinks(origin, taskHub, "INSTANCEID") },
    baseUrl: `${origin}${WEBHOOK_PATH}`,
    requiredQueryStringParameters: KEY,
    rpcBaseUrl: `${rpcOrigin}${RPC_PATH}/`,
    httpBaseUrl: null,
    maxGrpcMessageSizeInBytes: null,
    grpcHttpClientTimeout: null,
  });
}
