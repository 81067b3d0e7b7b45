// PgMedic's API as its callers see it: over HTTP, as a person whom the front vouches for, or as nobody.
import type { Role } from "../../shared/contracts/api.ts";

/** Where the API is, and the headers that say who calls. */
export type Caller = { origin: string; headers: Readonly<Record<string, string>> };
export type Answer = { status: number; body: unknown; headers: Headers };
export type Call = { body?: unknown; headers?: Readonly<Record<string, string>> };

const TIMEOUT_MS = 30_000;

/** A person as the front forwards them to the Functions host: the principal, with the proof that the front vouches for it. */
export function forwarded(host: string, proof: string, person: { name: string; roles: readonly Role[] }): Caller {
  const principal = {
    identityProvider: "local",
    userId: person.name.toLowerCase(),
    userDetails: person.name,
    userRoles: ["anonymous", "authenticated", ...person.roles],
  };
  return {
    origin: host,
    headers: {
      "x-ms-client-principal": Buffer.from(JSON.stringify(principal)).toString("base64"),
      "x-pgmedic-front-proof": proof,
    },
  };
}

/** Signs a person in at the front, as the form of its sign-in page does; the calls then go through the front. */
export async function signedIn(front: string, person: { name: string; role: Role }): Promise<Caller> {
  const response = await fetch(`${front}/.auth/login/aad/callback`, {
    method: "POST",
    body: new URLSearchParams(person),
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  const cookie = response.headers.getSetCookie()[0]?.split(";")[0];
  if (cookie === undefined) throw new Error(`the front did not sign ${person.name} in: HTTP ${response.status}`);
  return { origin: front, headers: { cookie } };
}

/** Nobody in particular, as an alert rule is on this machine. */
export const nobody = (origin: string): Caller => ({ origin, headers: {} });

/** One call below `/api/`. Every status is an answer; it rejects when nobody answers at all. */
export async function callApi(caller: Caller, method: string, path: string, call: Call = {}): Promise<Answer> {
  const response = await fetch(`${caller.origin}/api/${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      "x-pgmedic-request": "1",
      ...caller.headers,
      ...call.headers,
    },
    ...(method === "GET" ? {} : { body: JSON.stringify(call.body ?? {}) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
}
