// Calls as Azure delivers them from a Static Web App to its linked Functions app, and what anybody could send instead.
import fx from "@azure/functions";
import fc from "fast-check";
import { SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, expect, test } from "vitest";
import { vouchedPrincipal } from "../../../functions/api/front.ts";
import type { asPerson as AsPerson } from "../../../functions/api/principal.ts";
import { readSettings, type Settings } from "../../../functions/settings.ts";

const FRONT = "calm-sea-0a1b2c3d4.5.azurestaticapps.net";
const APP = "pgmedic-prod-api.azurewebsites.net";
const SITE = "https://dba.contoso.example";
const IN_AZURE = {
  PGMEDIC_APP: "api",
  COSMOS_ENDPOINT: "http://127.0.0.1:1",
  COSMOS_KEY: "k",
  ServiceBus: "Endpoint=sb://127.0.0.1",
  WEBSITE_HOSTNAME: APP,
  WEBSITE_AUTH_ENABLED: "True",
  PGMEDIC_FRONT_HOST: FRONT,
};
const NOW = new Date();
const ANN = {
  identityProvider: "aad",
  userId: "402ee264026e498c9e072215e90b2f96",
  userDetails: "ann@contoso.example",
  userRoles: ["operator", "anonymous", "authenticated"],
};
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");

let asPerson: typeof AsPerson;
beforeAll(async () => {
  Object.assign(process.env, IN_AZURE);
  ({ asPerson } = await import("../../../functions/api/principal.ts"));
});

type Claims = { iss?: string; aud?: string; sub?: string; prn?: string; ageSeconds?: number };

/** A token as the Static Web App makes it; its key is Azure's, so that any key serves here. */
function aToken({ iss = `https://${FRONT}/.auth`, aud = `https://${APP}`, ...more }: Claims = {}): Promise<string> {
  const issuedAt = Math.floor(NOW.getTime() / 1_000) - (more.ageSeconds ?? 0);
  return new SignJWT({ prn: more.prn ?? base64(ANN), sub: more.sub ?? ANN.userId, nbf: issuedAt, exp: issuedAt + 300 })
    .setProtectedHeader({ alg: "HS256", kid: "D93CC5A5BF29C0892F308D70775B3AD48CF47913", typ: "JWT" })
    .setIssuer(iss)
    .setAudience(aud)
    .setIssuedAt(issuedAt)
    .sign(new TextEncoder().encode("a key that only Azure has, or so"));
}

/** The headers that arrive when Ann clicks. */
const headersOf = (token: string): Record<string, string> => ({
  host: APP,
  origin: SITE,
  "content-type": "application/json",
  "x-pgmedic-request": "1",
  "x-ms-original-url": `${SITE}/api/incidents/inc-1/decision`,
  "x-ms-auth-token": `Bearer ${token}`,
  "x-ms-client-principal-name": ANN.userDetails,
  "x-ms-client-principal-id": ANN.userId,
  "x-ms-client-principal-idp": "azureStaticWebApps",
  "x-ms-client-principal": base64(ANN),
});

const aRequest = (headers: Record<string, string>): fx.HttpRequest =>
  new fx.HttpRequest({ url: `https://${APP}/api/incidents/inc-1/decision`, method: "POST", headers });

async function isVouched(headers: Record<string, string>, settings: Partial<Settings> = {}): Promise<boolean> {
  return (await vouchedPrincipal(aRequest(headers), { ...readSettings(IN_AZURE), ...settings }, NOW)).ok;
}

async function statusFor(headers: Record<string, string>): Promise<number | undefined> {
  const handler = asPerson("operator", () => Promise.resolve({ status: 200 }));
  const context = new fx.InvocationContext({ functionName: "decide" });
  const answer = await handler(aRequest(headers), context);
  return typeof answer === "object" && answer !== null && "status" in answer ? Number(answer.status) : undefined;
}

test("a person whom the Static Web App signed in is let through", async () => {
  expect(await isVouched(headersOf(await aToken()))).toBe(true);
  expect(await statusFor(headersOf(await aToken()))).toBe(200);
});

test("the site that a person's browser asked decides what a foreign page is, not the Functions app's own name", async () => {
  const headers = headersOf(await aToken());
  expect(await statusFor({ ...headers, origin: "https://elsewhere.example" })).toBe(403);
  expect(await statusFor({ ...headers, origin: `https://${APP}` })).toBe(403);
});

test("a principal header alone, or with guesses beside it, proves nothing", async () => {
  const principal = { "x-ms-client-principal": base64({ ...ANN, userRoles: ["admin"] }) };
  expect(await isVouched(principal)).toBe(false);
  expect(await isVouched({ ...principal, "x-ms-client-principal-idp": "azureStaticWebApps" })).toBe(false);
  expect(await isVouched({ ...principal, "x-pgmedic-front-proof": "guess" })).toBe(false);
});

test("nothing counts while App Service's authentication does not stand before the app", async () => {
  const headers = headersOf(await aToken());
  for (const WEBSITE_AUTH_ENABLED of [undefined, "", "False", "0"])
    expect(await isVouched(headers, { WEBSITE_AUTH_ENABLED })).toBe(false);
});

test("a sign-in at another provider of the app, or a token of another site, app, time or person is refused", async () => {
  const fresh = headersOf(await aToken());
  expect(await isVouched({ ...fresh, "x-ms-client-principal-idp": "aad" })).toBe(false);
  const wrong: Claims[] = [
    { iss: "https://other-sea-0a1b2c3d4.5.azurestaticapps.net/.auth" },
    { aud: "https://pgmedic-prod-ingest.azurewebsites.net" },
    { ageSeconds: 361 },
    { ageSeconds: -61 },
    { sub: "0000000000000000000000000000000e" },
    { prn: base64({ ...ANN, userRoles: ["admin"] }) },
  ];
  for (const claims of wrong)
    expect(await isVouched(headersOf(await aToken(claims))), JSON.stringify(claims)).toBe(false);
  expect(await isVouched(headersOf(await aToken({ ageSeconds: 330 })))).toBe(true);
});

test("a principal that was exchanged for one with more roles is refused", async () => {
  const headers = headersOf(await aToken());
  const more = { ...headers, "x-ms-client-principal": base64({ ...ANN, userRoles: ["admin", "operator"] }) };
  expect(await isVouched(more)).toBe(false);
});

test("an unsigned token without the platform's word is no proof", async () => {
  const token = new UnsecuredJWT({ prn: base64(ANN), sub: ANN.userId }).setExpirationTime("5m").encode();
  expect(await isVouched(headersOf(token))).toBe(false);
});

test("whatever stands in the headers, reading them never fails, and lets nobody in", async () => {
  const anyText = fc.string({ unit: "binary-ascii", maxLength: 60 }).map((text) => text.replaceAll(/[^ -~]/g, ""));
  await fc.assert(
    fc.asyncProperty(anyText, anyText, anyText, async (principal, token, provider) => {
      const headers = {
        "x-ms-client-principal": principal,
        "x-ms-auth-token": `Bearer ${token}`,
        "x-ms-client-principal-idp": provider,
      };
      expect(await isVouched({ ...headers, "x-ms-client-principal-idp": "azureStaticWebApps" })).toBe(false);
      expect(await isVouched(headers)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test("behind a Static Web App the local front's secret is worth nothing", async () => {
  const headers = { "x-ms-client-principal": base64(ANN), "x-pgmedic-front-proof": "a secret of the local front" };
  const PGMEDIC_FRONT_PROOF = "a secret of the local front";
  expect(await isVouched(headers, { PGMEDIC_FRONT_PROOF })).toBe(false);
  expect(await isVouched(headers, { PGMEDIC_FRONT_PROOF, PGMEDIC_FRONT_HOST: undefined })).toBe(true);
  expect(await isVouched(headers, { PGMEDIC_FRONT_HOST: undefined })).toBe(false);
});
