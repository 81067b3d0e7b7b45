import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { askResourceManager, retryAfterMs } from "./resource-manager.ts";

const API_VERSION = "2025-08-01";
const TIMEOUT_MS = 30_000;
/** An activity may take four minutes in all; a change that takes longer goes on in Azure. */
const PATIENCE_MS = 180_000;
/** Azure's own suggestion where an answer names none. */
const POLL_MS = 10_000;

export type Platform = ReturnType<typeof platformOf>;
export type ParameterChange = { resourceId: string; name: string; value: string };
type Answer = { outcome: "done" } | { outcome: "running" } | { outcome: "failed"; because: string };

const AzureError = z.looseObject({ error: z.looseObject({ code: z.string(), message: z.string().default("") }) });
const Operation = z.looseObject({
  status: z.string(),
  error: z.looseObject({ code: z.string(), message: z.string().default("") }).nullish(),
});

const failed = (because: string): Answer => ({ outcome: "failed", because });

/** Azure Resource Manager, for what the managed service does not let SQL do. Without an endpoint it answers a failure. */
export function platformOf(endpoint: string | undefined, { patienceMs = PATIENCE_MS } = {}) {
  return {
    /**
     * Sets a server parameter, in the parameter's own unit, and waits for the end of the change. One that takes longer than the patience
     * is `running`. A refusal is `failed` with what to do; an outage rejects.
     */
    setServerParameter: async ({ resourceId, name, value }: ParameterChange): Promise<Answer> => {
      if (endpoint === undefined)
        return failed("no endpoint of Azure Resource Manager is set: change the parameter by hand");
      const response = await askResourceManager(endpoint, {
        to: `${resourceId}/configurations/${encodeURIComponent(name)}`,
        search: { "api-version": API_VERSION },
        method: "PUT",
        body: { properties: { value, source: "user-override" } },
        timeoutMs: TIMEOUT_MS,
      });
      if (response.status === 202 || response.status === 201) return outcomeOf(endpoint, response, patienceMs);
      if (response.ok) return { outcome: "done" };
      return failed(await reasonOf(response));
    },
  };
}

/** Follows an operation that Azure carries out by itself, at the pace that it asks for. */
async function outcomeOf(endpoint: string, accepted: Response, patienceMs: number): Promise<Answer> {
  const link = accepted.headers.get("azure-asyncoperation") ?? accepted.headers.get("location");
  if (link === null) return { outcome: "running" };
  const deadline = performance.now() + patienceMs;
  let waitMs = retryAfterMs(accepted) ?? POLL_MS;
  while (performance.now() + waitMs < deadline) {
    await sleep(waitMs);
    const polled = await askResourceManager(endpoint, { to: link, timeoutMs: TIMEOUT_MS });
    waitMs = retryAfterMs(polled) ?? POLL_MS;
    const answer = await endOf(polled);
    if (answer !== null) return answer;
  }
  return { outcome: "running" };
}

/** What a look at an operation says of its end; null while it goes on. */
async function endOf(polled: Response): Promise<Answer | null> {
  // Asked too often, or a hiccup of the control plane: the change goes on all the same.
  if (polled.status === 202 || polled.status === 429 || polled.status >= 500) return null;
  if (!polled.ok) return failed(await reasonOf(polled));
  const { status, error } = Operation.parse(await polled.json());
  if (status === "Succeeded") return { outcome: "done" };
  if (status !== "Failed" && status !== "Canceled") return null;
  return failed(`Azure gave the change up: ${error?.code ?? status}: ${error?.message ?? ""}`);
}

/** What a refusal means, and what a person can do about it. */
async function reasonOf(response: Response): Promise<string> {
  const text = await response.text();
  const parsed = AzureError.safeParse(jsonOf(text)).data?.error;
  const said = parsed === undefined ? text.slice(0, 300) : `${parsed.code}: ${parsed.message.slice(0, 300)}`;
  switch (response.status) {
    case 401:
    case 403:
      return `the identity of PgMedic may not change parameters of this server: it needs Microsoft.DBforPostgreSQL/flexibleServers/configurations/write, which the role "PostgreSQL server parameters" of infra/main.bicep gives (${said})`;
    case 404:
      return `Azure knows no such server or parameter (${said})`;
    case 409:
      return `Azure is busy with another operation on this server: try again when it is over (${said})`;
    case 429:
      return `Azure asks for patience: too many changes within a short time (${said})`;
    default:
      return `Azure answered ${response.status} (${said})`;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
