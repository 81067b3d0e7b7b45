import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fx from "@azure/functions";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { readSettings } from "../../../functions/settings.ts";

const AUDIENCE = "api://pgmedic-ingest";
const CLIENT = "44444444-4444-4444-8444-444444444444";
const TENANT = "11111111-1111-1111-1111-111111111111";
const AZURE_MONITOR = "461e8683-5575-4561-ac7f-899cc907d62a";
const RUNNER = "33333333-3333-3333-3333-333333333333";
const ROLE = "ActionGroupsSecureWebhook";
const LOCAL = { COSMOS_ENDPOINT: "http://127.0.0.1:1", COSMOS_KEY: "k", ServiceBus: "Endpoint=sb://127.0.0.1" };

let authority: Server;
/** What the authority answers: its keys, or a text that holds none. */
let published: object[] | string;
let status = 200;
let fetches = 0;
let host: string;
let key: CryptoKey;
let strangersKey: CryptoKey;
let refusedCaller: (request: fx.HttpRequest, source?: "azure" | "pgmedic") => Promise<fx.HttpResponseInit | null>;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256");
  key = pair.privateKey;
  strangersKey = (await generateKeyPair("RS256")).privateKey;
  published = [{ ...(await exportJWK(pair.publicKey)), kid: "k1", use: "sig", alg: "RS256" }];
  authority = createServer((request, response) => {
    if (request.url !== `/${TENANT}/discovery/v2.0/keys`) return response.writeHead(404).end();
    fetches += 1;
    const body = typeof published === "string" ? published : JSON.stringify({ keys: published });
    return response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((resolve) => authority.listen(0, "127.0.0.1", resolve));
  host = `http://127.0.0.1:${(authority.address() as AddressInfo).port}`;
  Object.assign(process.env, LOCAL, {
    INGEST_AUDIENCE: AUDIENCE,
    INGEST_CLIENT_ID: CLIENT,
    INGEST_TENANT_ID: TENANT,
    INGEST_AUTHORITY_HOST: host,
    INGEST_SIGN_OF_LIFE_APP_ID: RUNNER,
  });
  ({ refusedCaller } = await import("../../../functions/alert-caller.ts"));
});
afterAll(() => new Promise((resolve) => authority.close(resolve)));

afterEach(() => {
  vi.useRealTimers();
  status = 200;
});

type Wish = {
  kid?: string;
  audience?: string;
  issuer?: string;
  expires?: string;
  notBefore?: string;
  roles?: string[];
  azp?: string;
  /** In place of `azp`, as in tokens of version 1. */
  appid?: string;
  by?: CryptoKey;
};

function aToken(wish: Wish = {}): Promise<string> {
  const {
    audience = CLIENT,
    issuer = `${host}/${TENANT}/v2.0`,
    expires = "5m",
    notBefore = "0s",
    roles = [ROLE],
    azp = AZURE_MONITOR,
  } = wish;
  return new SignJWT({ roles, ...(wish.appid === undefined ? { azp } : { appid: wish.appid }) })
    .setProtectedHeader({ alg: "RS256", kid: wish.kid ?? "k1" })
    .setAudience(audience)
    .setIssuer(issuer)
    .setIssuedAt()
    .setNotBefore(notBefore)
    .setExpirationTime(expires)
    .sign(wish.by ?? key);
}

async function statusFor(authorization: string | null, source?: "azure" | "pgmedic"): Promise<number> {
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  const request = new fx.HttpRequest({ url: "http://localhost/api/alerts", method: "POST", headers });
  return (await refusedCaller(request, source))?.status ?? 202;
}

test("a token of Azure Monitor with the role is let through", async () => {
  expect(await statusFor(`Bearer ${await aToken()}`)).toBe(202);
});

// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference: `aud`, `iss`, `appid` and `azp`, by version.
test("a token of version 1 is let through like one of version 2: the application's registration decides", async () => {
  const first = { audience: AUDIENCE, issuer: `https://sts.windows.net/${TENANT}/`, appid: AZURE_MONITOR };
  expect(await statusFor(`Bearer ${await aToken(first)}`)).toBe(202);
  expect(await statusFor(`Bearer ${await aToken({ ...first, appid: RUNNER })}`)).toBe(403);
  expect(await statusFor(`Bearer ${await aToken({ ...first, issuer: "https://sts.windows.net/other/" })}`)).toBe(401);
});

test.each<[string, Wish]>([
  ["for another audience", { audience: "api://other" }],
  ["of another tenant", { issuer: "https://login.microsoftonline.com/other/v2.0" }],
  ["that has expired", { expires: "-5m" }],
  ["that is not valid yet", { notBefore: "5m" }],
])("a token %s is 401", async (_name, wish) => {
  expect(await statusFor(`Bearer ${await aToken(wish)}`)).toBe(401);
});

test("a token that a stranger signed, an unsigned one, and none at all are 401", async () => {
  const unsigned = new UnsecuredJWT({ roles: [ROLE], azp: AZURE_MONITOR })
    .setAudience(CLIENT)
    .setIssuer(`${host}/${TENANT}/v2.0`)
    .setExpirationTime("5m");
  expect(await statusFor(`Bearer ${await aToken({ by: strangersKey })}`)).toBe(401);
  expect(await statusFor(`Bearer ${unsigned.encode()}`)).toBe(401);
  expect(await statusFor("Bearer nonsense")).toBe(401);
  expect(await statusFor(null)).toBe(401);
});

test("a valid token without the role, or of another application, is 403", async () => {
  expect(await statusFor(`Bearer ${await aToken({ roles: ["Reader"] })}`)).toBe(403);
  expect(await statusFor(`Bearer ${await aToken({ azp: "22222222-2222-2222-2222-222222222222" })}`)).toBe(403);
});

test("the runner may give signs of life and post no alert, and Azure Monitor the other way round", async () => {
  const runner = `Bearer ${await aToken({ azp: RUNNER, roles: [] })}`;
  expect(await statusFor(runner, "pgmedic")).toBe(202);
  expect(await statusFor(runner, "azure")).toBe(403);
  expect(await statusFor(`Bearer ${await aToken()}`, "pgmedic")).toBe(403);
});

const HOUR_MS = 3_600_000;
let clockMs = Date.now();
/** Time as the key cache and the tokens see it; timers stay real. It never goes back, from one test to the next. */
function passTime(ms: number): void {
  clockMs += ms;
  vi.useFakeTimers({ toFake: ["Date"], now: clockMs });
}

test("keys are fetched once for many tokens, and again when a token names one that is not among them", async () => {
  const before = fetches;
  for (let time = 1; time <= 10; time += 1) expect(await statusFor(`Bearer ${await aToken()}`)).toBe(202);
  expect(fetches - before).toBeLessThanOrEqual(1);

  const next = await generateKeyPair("RS256");
  const known = Array.isArray(published) ? published : [];
  published = [...known, { ...(await exportJWK(next.publicKey)), kid: "k2", use: "sig", alg: "RS256" }];
  passTime(60_000);
  expect(await statusFor(`Bearer ${await aToken({ by: next.privateKey, kid: "k2" })}`)).toBe(202);
  // A key that was withdrawn counts no longer once the cache is over.
  published = published.slice(1);
  passTime(HOUR_MS);
  expect(await statusFor(`Bearer ${await aToken()}`)).toBe(401);
  published = known;
  passTime(HOUR_MS);
  expect(await statusFor(`Bearer ${await aToken()}`)).toBe(202);
});

test("while the authority gives no keys, a caller is asked to come again, and nobody is turned away for it", async () => {
  const keys = published;
  for (const [answer, code] of [
    [keys, 500],
    ["no key set", 200],
    ["{}", 200],
  ] as const) {
    published = answer;
    status = code;
    passTime(HOUR_MS);
    await expect(statusFor(`Bearer ${await aToken()}`)).rejects.toThrow();
  }
  published = keys;
  status = 200;
  passTime(HOUR_MS);
  expect(await statusFor(`Bearer ${await aToken()}`)).toBe(202);
});

test("in Azure the app refuses to start without knowing who may call it", () => {
  const azure = { ...LOCAL, COSMOS_ENDPOINT: "https://pgmedic.documents.azure.com:443/" };
  const missing = /INGEST_AUDIENCE[^]*INGEST_CLIENT_ID[^]*INGEST_TENANT_ID/;
  expect(() => readSettings({ ...azure, PGMEDIC_APP: "ingest" })).toThrow(missing);
  expect(() => readSettings(azure)).toThrow(missing);
  expect(() => readSettings({ ...azure, PGMEDIC_APP: "api" })).toThrow(/PGMEDIC_FRONT_HOST/);
  expect(readSettings({ ...azure, PGMEDIC_APP: "runner" }).PGMEDIC_APP).toBe("runner");
});
