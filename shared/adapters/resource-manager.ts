import { setTimeout as sleep } from "node:timers/promises";
import { managementToken } from "./identity.ts";

export type Request = {
  /** A path below the endpoint, or the whole address that an earlier answer gave. */
  to: string;
  search?: Record<string, string>;
  timeoutMs: number;
};

/**
 * One question to a part of Azure Resource Manager that no client here covers, signed by the app's identity where the endpoint is https (a local one asks for no token).
 * An answer of any status is an answer; what rejects is an outage. Nothing is sent to another host than the endpoint's: a link in an
 * answer must not carry the token away.
 */
async function askResourceManager(endpoint: string, request: Request): Promise<Response> {
  const { to, search = {}, timeoutMs } = request;
  const url = new URL(to.replace(/^\/+/, "/"), endpoint);
  if (url.origin !== new URL(endpoint).origin) throw new Error(`a link of Azure leads elsewhere: ${url.origin}`);
  for (const [name, value] of Object.entries(search)) url.searchParams.set(name, value);
  const authorization: Record<string, string> =
    url.protocol === "https:" ? { authorization: `Bearer ${await managementToken()}` } : {};
  return fetch(url, { headers: authorization, redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
}

/** How long an answer asks one to wait, in ms; null where it says nothing that can be read. */
function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}

/** Asks, and once more when Azure is throttling and wants no more patience than `patienceMs`. */
export async function askPatiently(endpoint: string, request: Request, patienceMs: number): Promise<Response> {
  const first = await askResourceManager(endpoint, request);
  if (first.status !== 429) return first;
  const waitMs = retryAfterMs(first) ?? patienceMs;
  if (waitMs > patienceMs) return first;
  await first.body?.cancel();
  await sleep(waitMs);
  return askResourceManager(endpoint, request);
}
