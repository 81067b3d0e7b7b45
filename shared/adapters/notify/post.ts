import type { Told } from "../../contracts/notification.ts";

const TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** A reason as it is kept. */
const MOST_SAID = 200;

/** Why nothing is sent to an address; null when something may be. The address itself is a secret, and is not repeated. */
export function objectionTo(address: string): string | null {
  const url = URL.parse(address);
  if (url === null) return "its address is no URL: is the secret in the vault, and may the app read it?";
  const isLocal = url.protocol === "http:" && LOOPBACK.has(url.hostname);
  return url.protocol === "https:" || isLocal ? null : "its address must begin with https://";
}

/** Posts JSON, and looks at nothing but the status of the answer. */
export async function post(address: string, body: string, headers: Record<string, string> = {}): Promise<Told> {
  const answered = await exchange(address, body, headers);
  if (!answered.ok) return answered.told;
  await answered.response.body?.cancel().catch(() => {});
  return { outcome: "told" };
}

type Exchanged = { ok: true; response: Response } | { ok: false; told: Exclude<Told, { outcome: "told" }> };

/** Posts a body, JSON unless the headers say otherwise. Redirects are not followed: what is told is for the address that was set, and no other. */
export async function exchange(address: string, body: string, headers: Record<string, string>): Promise<Exchanged> {
  const objection = objectionTo(address);
  if (objection !== null) return refused(objection);
  let response: Response;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (failure) {
    return { ok: false, told: { outcome: "later", because: `no answer (${causeOf(failure)})`, waitMs: null } };
  }
  if (response.ok) return { ok: true, response };
  const { status } = response;
  const because = `it answered ${status} ${await beginningOf(response)}`.trim();
  if (status === 408 || status === 429 || status >= 500)
    return { ok: false, told: { outcome: "later", because, waitMs: waitOf(response.headers.get("retry-after")) } };
  return refused(status < 400 ? `it answered ${status}: redirects are not followed` : because);
}

const refused = (because: string): Exchanged => ({ ok: false, told: { outcome: "refused", because } });

/** A name of the failure, such as ECONNREFUSED: messages may repeat the address. */
function causeOf(failure: unknown): string {
  if (!(failure instanceof Error)) return "unknown";
  const { cause } = failure;
  return cause instanceof Error && "code" in cause ? String(cause.code) : failure.name;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
export function waitOf(text: string | null): number | null {
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** The first piece of an answer that may be of any length. */
async function beginningOf(response: Response): Promise<string> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (body === null) return "";
  const reader = body.getReader();
  try {
    const { value } = await reader.read();
    return value === undefined ? "" : new TextDecoder().decode(value.subarray(0, MOST_SAID));
  } catch {
    return "";
  } finally {
    await reader.cancel().catch(() => {});
  }
}
