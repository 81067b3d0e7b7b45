// The managed identities of an app as App Service gives them to it: an endpoint on this machine that hands out tokens.
import { randomUUID } from "node:crypto";
import { startFake } from "./http-fake.ts";

/** A token, and what it was asked for. */
type Given = { token: string; clientId: string | null; resource: string | null; expiresAt: number };
export type ManagedIdentity = Awaited<ReturnType<typeof startManagedIdentity>>;

/** The identity that this process is to sign in with. */
export const APP_IDENTITY = "33333333-3333-4333-8333-333333333333";

/** Starts it, and lets this process find it. Nobody gets a token without the header that only the platform knows. */
export async function startManagedIdentity() {
  const secret = randomUUID();
  const given: Given[] = [];
  let lifeSeconds = 3_600;
  const { url, stop } = await startFake(({ query, headers }) => {
    if (headers["x-identity-header"] !== secret) return { status: 401 };
    const token = `${randomUUID()}.${"t".repeat(1_800)}`; // as long as a real one
    const expiresOn = Math.floor(Date.now() / 1_000) + lifeSeconds;
    const [clientId, resource] = [query.get("client_id"), query.get("resource")];
    given.push({ token, clientId, resource, expiresAt: expiresOn * 1_000 });
    return { status: 200, body: { access_token: token, expires_on: String(expiresOn), token_type: "Bearer" } };
  });
  const found = { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: secret, AZURE_CLIENT_ID: APP_IDENTITY };
  Object.assign(process.env, found);
  return {
    given,
    /** The tokens for one resource, the first first. */
    givenFor: (resource: string) => given.filter((one) => one.resource === resource),
    /** How long the next tokens last; an hour unless told. */
    tokensLast: (seconds: number) => void (lifeSeconds = seconds),
    stop,
  };
}
