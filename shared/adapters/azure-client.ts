import type { PostgreSQLManagementFlexibleServerClientOptionalParams as ClientOptions } from "@azure/arm-postgresql-flexible";
import type { TokenCredential } from "@azure/identity";
import { azureCredential } from "./identity.ts";

type PipelinePolicy = NonNullable<ClientOptions["additionalPolicies"]>[number]["policy"];
type PipelineResponse = Awaited<ReturnType<PipelinePolicy["sendRequest"]>>;

/** An endpoint without TLS is one on this machine, such as the local cloud's: it asks for no token, and must not get one. */
const isLocal = (endpoint: string): boolean => new URL(endpoint).protocol === "http:";

/** `timeoutMs` is for one request; a wait that Azure asks for is kept up to `longestWaitMs`, and so often as `retries` says. */
export type Patience = { timeoutMs: number; longestWaitMs: number; retries: number };

/** Options that every client of Azure gets here: where it may go, how long it waits, how often it asks again. */
export const clientOptionsFor = (endpoint: string, patience: Patience) => ({
  allowInsecureConnection: isLocal(endpoint),
  retryOptions: { maxRetries: patience.retries, retryDelayInMs: 200, maxRetryDelayInMs: patience.longestWaitMs },
  // No service of Azure's control plane redirects; a redirect would carry the token along.
  redirectOptions: { maxRetries: 0 },
  additionalPolicies: [
    // After signing, so that nothing comes between it and the wire.
    { policy: onlyTo(endpoint, patience.timeoutMs), position: "perRetry" as const },
    { policy: waitingAtMost(patience.longestWaitMs), position: "perRetry" as const },
  ],
});

/** The app's identity; for a local endpoint nobody's. */
export async function credentialFor(endpoint: string): Promise<TokenCredential> {
  return isLocal(endpoint) ? { getToken: async () => null } : azureCredential();
}

/** A client whose requests carry no token where the endpoint is local: its policy refuses to send one without TLS, or to go on without. */
export function signedOnlyWithTls<T extends { pipeline: { removePolicy: (of: { name: string }) => unknown } }>(
  endpoint: string,
  client: T,
): T {
  if (isLocal(endpoint)) client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  return client;
}

/** Nothing is sent to another host than the endpoint's: a link in an answer must not carry the token away. */
function onlyTo(endpoint: string, timeoutMs: number): PipelinePolicy {
  const { origin } = new URL(endpoint);
  return {
    name: "pgmedicOnlyToTheEndpoint",
    sendRequest: async (request, next) => {
      const url = new URL(request.url);
      if (url.origin !== origin) throw new Error(`a link of Azure leads elsewhere: ${url.origin}`);
      request.timeout = timeoutMs;
      return next(request);
    },
  };
}

/** Keeps the wait that Azure asks for, where it is short enough; a longer one leaves the refusal as it is. */
function waitingAtMost(longestWaitMs: number): PipelinePolicy {
  return {
    name: "pgmedicPatience",
    sendRequest: async (request, next) => {
      const response = await next(request);
      if (response.status !== 429) return response;
      // Azure names a wait nearly always; without one the client would not ask again.
      const waitMs = waitOf(response) ?? longestWaitMs;
      for (const name of ["retry-after", "retry-after-ms", "x-ms-retry-after-ms"]) response.headers.delete(name);
      if (waitMs <= longestWaitMs) response.headers.set("x-ms-retry-after-ms", String(waitMs));
      return response;
    },
  };
}

/** How long an answer asks one to wait, in ms; null where it says nothing that can be read. */
function waitOf({ headers }: PipelineResponse): number | null {
  const text = headers.get("retry-after");
  if (text === undefined) return null;
  const seconds = Number(text);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : null;
}
