import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fx from "@azure/functions";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { AlertCaller } from "../../../functions/alert-caller.ts";
import { readSettings } from "../../../functions/settings.ts";

const AUDIENCE = "api://pgmedic-ingest";
const CLIENT = "44444444-4444-4444-8444-444444444444";
const TENANT = "11111111-1111-1111-1111-111111111111";
const AZURE_MONITOR = "461e8683-5575-4561-ac7f-899cc907d62a";
const RUNNER = "33333333-3333-3333-3333-333333333333";
const ROLE = "ActionGroupsSecureWebhook";
const ALERTMANAGER = "66666666-6666-4666-8666-66666666666a";
const GRAFANA = "77777777-7777-4777-8777-77777777777b";
const BOTH = "88888888-8888-4888-8888-888888888888";
const SOURCE_ROLE = "PgMedicAlertSource";
const LOCAL = { COSMOS_ENDPOINT: "http://127.0.0.1:1", COSMOS_KEY: "k", ServiceBus: "Endpoint=sb://127.0.0.1" };

let authority: Server;
/** What the authority answers: its keys, or a text that holds none. */
let published: object[] | string;
let status = 200;
let fetches = 0;
let host: string;
let key: CryptoKey;
let strangersKey: CryptoKey;
let refusedCaller: (request: fx.HttpRequest, source?: AlertCaller) => Promise<fx.HttpResponseInit | null>;

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
    // As people copy them: in capitals, and with a space after the comma.
    INGEST_PROMETHEUS_APP_IDS: `${ALERTMANAGER.toUpperCase()}, ${BOTH}`,
    INGEST_GRAFANA_APP_IDS: `${GRAFANA},${BOTH}`,
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

async function statusFor(authorization: string | null, source?: AlertCaller): Promise<number> {
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

test.each<[AlertCaller, string]>([
  ["prometheus", ALERTMANAGER],
  ["prometheus", BOTH],
  ["grafana", GRAFANA],
  ["grafana", BOTH],
])(
  "for %s an application that is named may post, with the role and in either version of a token",
  async (source, azp) => {
    expect(await statusFor(`Bearer ${await aToken({ azp, roles: [SOURCE_ROLE] })}`, source)).toBe(202);
    const first = {
      audience: AUDIENCE,
      issuer: `https://sts.windows.net/${TENANT}/`,
      appid: azp,
      roles: [SOURCE_ROLE],
    };
    expect(await statusFor(`Bearer ${await aToken(first)}`, source)).toBe(202);
  },
);

describe.each<[AlertCaller, string, string]>([
  ["prometheus", ALERTMANAGER, GRAFANA],
  ["grafana", GRAFANA, ALERTMANAGER],
])("for %s", (source, ours, theirs) => {
  test.each<[string, Wish]>([
    ["without a role", { azp: ours, roles: [] }],
    ["with Azure Monitor's role", { azp: ours, roles: [ROLE] }],
    ["of the other source", { azp: theirs, roles: [SOURCE_ROLE] }],
    ["of Azure Monitor", {}],
    ["of Azure Monitor with the sources' role", { roles: [ROLE, SOURCE_ROLE] }],
    ["of the runner", { azp: RUNNER, roles: [SOURCE_ROLE] }],
    ["of nobody that it names", { azp: "", roles: [SOURCE_ROLE] }],
  ])("a valid token %s is 403", async (_name, wish) => {
    expect(await statusFor(`Bearer ${await aToken(wish)}`, source)).toBe(403);
  });

  test.each<[string, Wish]>([
    ["for another audience", { audience: "api://other" }],
    ["of another tenant", { issuer: "https://login.microsoftonline.com/other/v2.0" }],
    ["that has expired", { expires: "-5m" }],
  ])("a token %s is 401", async (_name, wish) => {
    expect(await statusFor(`Bearer ${await aToken({ azp: ours, roles: [SOURCE_ROLE], ...wish })}`, source)).toBe(401);
  });

  test("a token that a stranger signed, and none at all, are 401", async () => {
    const strangers = await aToken({ azp: ours, roles: [SOURCE_ROLE], by: strangersKey });
    expect(await statusFor(`Bearer ${strangers}`, source)).toBe(401);
    expect(await statusFor(null, source)).toBe(401);
  });

  test.each<AlertCaller>(["azure", "pgmedic"])(
    "its application may not post as %s, whatever its roles",
    async (other) => {
      expect(await statusFor(`Bearer ${await aToken({ azp: ours, roles: [ROLE, SOURCE_ROLE] })}`, other)).toBe(403);
    },
  );
});

test("other sources than Azure Monitor may post nothing unless somebody names their applications", () => {
  const settings = readSettings({ ...LOCAL, INGEST_PROMETHEUS_APP_IDS: "" });
  expect([settings.INGEST_PROMETHEUS_APP_IDS, settings.INGEST_GRAFANA_APP_IDS]).toEqual([[], []]);
  expect(() => readSettings({ ...LOCAL, INGEST_GRAFANA_APP_IDS: `${GRAFANA},Grafana` })).toThrow(
    /INGEST_GRAFANA_APP_IDS/,
  );
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
