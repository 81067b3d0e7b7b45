import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from "node:http";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Running } from "../../../infra/local/process-entry.ts";
import { startFront } from "../../../infra/local/static-web/front.ts";
import { readSiteConfig } from "../../../infra/local/static-web/routes.ts";
import { ClientPrincipal } from "../../../infra/local/static-web/session.ts";

const PROOF = "a-proof-for-the-front-test";
type Answer = { status: number; headers: IncomingHttpHeaders; body: string };
type Ask = { method?: string; headers?: Record<string, string>; body?: string; cookie?: string };

let front: Running;
let backend: Server;
let root: string;
const workloadCalls: string[] = [];

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

/** Unlike fetch, this sends the path and the headers exactly as given. */
function ask(path: string, { method = "GET", headers = {}, body, cookie }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        port: front.port,
        host: "127.0.0.1",
        path,
        method,
        headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

async function signInAs(role: string, name = "Ada"): Promise<string> {
  const answer = await ask("/.auth/login/aad/callback", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ name, role, returnTo: "/" }).toString(),
  });
  return answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

const Echo = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
const echoOf = (answer: Answer) => Echo.parse(JSON.parse(answer.body));

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "pgmedic-front-"));
  mkdirSync(join(root, "assets"));
  writeFileSync(join(root, "index.html"), "<!doctype html><title>PgMedic</title>");
  writeFileSync(join(root, "assets/app-1.js"), "export {};");
  backend = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      if (request.url === "/api/slow") return;
      if (request.url === "/hammer" || request.url === "/calm") workloadCalls.push(`${request.url} ${body}`);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
    });
  });
  await new Promise<void>((listening) => backend.listen(0, "127.0.0.1", listening));
  const backendUrl = new URL(`http://127.0.0.1:${portOf(backend)}`);
  front = await startFront({
    port: 0,
    root,
    config: readSiteConfig("static-web/staticwebapp.config.json"),
    host: backendUrl,
    proof: PROOF,
    workload: backendUrl,
    apiTimeoutMs: 300,
  });
});

afterAll(async () => {
  await front.stop();
  backend.closeAllConnections();
  backend.close();
  rmSync(root, { recursive: true });
});

test("a person who is not signed in is sent to the sign-in page and comes back to where they wanted to go", async () => {
  const page = await ask("/incidents/inc-1?tab=plan");
  expect(page.status).toBe(302);
  const login = page.headers.location ?? "";
  expect(login).toBe("/.auth/login/aad?post_login_redirect_uri=%2Fincidents%2Finc-1%3Ftab%3Dplan");
  const form = await ask(login);
  expect(form.status).toBe(200);
  expect(form.body).toContain('name="returnTo" value="/incidents/inc-1?tab=plan"');
  expect((await ask("/api/servers")).status).toBe(302);
});

test("a sign-in never leads to another site", async () => {
  for (const wanted of ["//evil.example", "https://evil.example", "/\\evil.example"]) {
    const form = await ask(`/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(wanted)}`);
    expect(form.body).toContain('name="returnTo" value="/"');
  }
  const foreign = await ask("/.auth/login/aad/callback", {
    method: "POST",
    headers: { origin: "http://evil.example" },
    body: "name=Eve&role=admin",
  });
  expect(foreign.status).toBe(403);
  expect(foreign.headers["set-cookie"]).toBeUndefined();
});

test("a name that is missing is asked for again, with the reason", async () => {
  const answer = await ask("/.auth/login/aad/callback", { method: "POST", body: "name=&role=admin" });
  expect(answer.status).toBe(400);
  expect(answer.body).toContain("Give a name of 1 to 60 characters");
});

test("the session cookie cannot be read by scripts, and says who is signed in until they sign out", async () => {
  const answer = await ask("/.auth/login/aad/callback", {
    method: "POST",
    body: "name=Ada&role=operator&returnTo=/timeline",
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.location).toBe("/timeline");
  const set = answer.headers["set-cookie"]?.[0] ?? "";
  expect(set).toContain("HttpOnly; SameSite=Strict");
  const cookie = set.split(";")[0] ?? "";
  const me = await ask("/.auth/me", { cookie });
  expect(JSON.parse(me.body)).toMatchObject({
    clientPrincipal: { userDetails: "Ada", userRoles: ["anonymous", "authenticated", "reader", "operator"] },
  });
  expect(JSON.parse((await ask("/.auth/me")).body)).toEqual({ clientPrincipal: null });
  const out = await ask("/.auth/logout", { cookie });
  expect(out.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
});

test("a cookie that somebody else made or changed counts as not signed in", async () => {
  const cookie = await signInAs("reader");
  const [name, value = ""] = cookie.split("=");
  const [payload = "", signature = ""] = value.split(".");
  const session = Buffer.from(payload, "base64url").toString().replace('"reader"', '"admin"');
  const forged = `${name}=${Buffer.from(session).toString("base64url")}.${signature}`;
  for (const bad of [forged, `${name}=abc`, `${name}=.`, `${name}=${payload}.AAAA`]) {
    expect(JSON.parse((await ask("/.auth/me", { cookie: bad })).body)).toEqual({ clientPrincipal: null });
  }
});

test("the API gets the principal and the proof from the front, and never what the caller claims", async () => {
  const claimed = Buffer.from(JSON.stringify({ userId: "evil", userRoles: ["admin"] })).toString("base64");
  const headers = {
    "x-ms-client-principal": claimed,
    "X-MS-CLIENT-PRINCIPAL-ID": "evil",
    "x-pgmedic-front-proof": "guessed",
    "x-forwarded-host": "evil.example",
    "x-pgmedic-request": "1",
  };
  const echo = echoOf(await ask("/api/servers?limit=2", { headers, cookie: await signInAs("reader") }));
  expect(echo.url).toBe("/api/servers?limit=2");
  const principal: unknown = JSON.parse(Buffer.from(echo.headers["x-ms-client-principal"] ?? "", "base64").toString());
  expect(ClientPrincipal.parse(principal)).toMatchObject({ userDetails: "Ada", identityProvider: "aad" });
  expect(echo.headers["x-pgmedic-front-proof"]).toBe(PROOF);
  expect(echo.headers["x-ms-client-principal-id"]).toBeUndefined();
  expect(echo.headers["x-forwarded-host"]).toBe(`127.0.0.1:${front.port}`);
  expect(echo.headers["x-pgmedic-request"]).toBe("1");
  expect(echo.headers["cookie"]).toBeUndefined();
});

test("a body goes through unchanged", async () => {
  const body = JSON.stringify({ verdict: "approve", reason: "ä".repeat(50_000) });
  const headers = { "content-type": "application/json" };
  const answer = await ask("/api/incidents/i/decision", {
    method: "POST",
    headers,
    body,
    cookie: await signInAs("operator"),
  });
  expect(echoOf(answer)).toMatchObject({ method: "POST", body });
});

test("alerts cannot be sent through the front, however the path is written", async () => {
  const cookie = await signInAs("admin");
  for (const path of ["/api/alerts", "/api/ALERTS", "/API/alerts/", "/api/alerts?source=pgmedic"]) {
    expect((await ask(path, { method: "POST", cookie })).status, path).toBe(404);
  }
  const tricks = [
    "/api//alerts",
    "/api/./alerts",
    "/api/x/../alerts",
    "/api/%2e/alerts",
    "/api/%2falerts",
    "/api/alerts%00",
  ];
  for (const path of [...tricks, "/api\\alerts", "/api/%25alerts", "/%E0%A4%A"]) {
    expect([400, 404], path).toContain((await ask(path, { method: "POST", cookie })).status);
  }
  expect((await ask("/api/%61lerts", { method: "POST", cookie })).status).toBe(404);
});

test("what a role may not do is refused before the API sees it", async () => {
  const reader = await signInAs("reader");
  const operator = await signInAs("operator");
  const refused = await ask("/api/incidents/i/decision", { method: "POST", cookie: reader });
  expect(refused.status).toBe(403);
  expect(refused.headers["content-type"]).toBe("application/problem+json");
  expect((await ask("/api/instructions/i", { method: "DELETE", cookie: reader })).status).toBe(403);
  expect((await ask("/api/autonomy", { method: "PUT", cookie: operator })).status).toBe(403);
  expect((await ask("/api/autonomy", { method: "PUT", cookie: await signInAs("admin") })).status).toBe(200);
});

test("an API request ends after the platform's limit, and an absent API is said so", async () => {
  const cookie = await signInAs("reader");
  const late = await ask("/api/slow", { cookie });
  expect(late.status).toBe(504);
  expect(late.body).toContain("look before you repeat it");
  const lonely = await startFront({
    port: 0,
    root,
    config: readSiteConfig("static-web/staticwebapp.config.json"),
    host: new URL("http://127.0.0.1:9"),
    proof: PROOF,
    workload: null,
    apiTimeoutMs: 1000,
  });
  const answers = await Promise.all(
    ["/api/servers", "/.local/demo"].map((path) =>
      fetch(`http://127.0.0.1:${lonely.port}${path}`, { headers: { cookie } }),
    ),
  );
  expect(answers.map((answer) => answer.status)).toEqual([502, 404]);
  await lonely.stop();
});

test("pages carry the security headers, assets are kept, unknown pages lead to the dashboard", async () => {
  const cookie = await signInAs("reader");
  const page = await ask("/timeline", { cookie });
  expect(page.status).toBe(200);
  expect(page.body).toContain("<title>PgMedic</title>");
  expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(page.headers["content-security-policy"]).not.toContain("unsafe");
  expect(page.headers["cache-control"]).toBe("no-cache");
  const asset = await ask("/assets/app-1.js", { cookie });
  expect(asset.headers["content-type"]).toContain("text/javascript");
  expect(asset.headers["cache-control"]).toContain("immutable");
  const again = await ask("/assets/app-1.js", { cookie, headers: { "if-none-match": asset.headers.etag ?? "" } });
  expect(again.status).toBe(304);
  expect((await ask("/assets/absent.js", { cookie })).status).toBe(404);
  expect((await ask("/timeline", { cookie, method: "POST" })).status).toBe(405);
  expect((await ask("/.auth/login/github")).status).toBe(404);
});

test("a page on another domain that points to this machine gets nothing", async () => {
  expect((await ask("/.auth/me", { headers: { host: "evil.example" } })).status).toBe(400);
});

test("the demo is played by operators only, and only from the dashboard", async () => {
  const headers = { "content-type": "application/json", "x-pgmedic-request": "1" };
  const body = JSON.stringify({ do: "hammer", column: "customer_id" });
  const operator = await signInAs("operator");
  const play = (ask_: Ask) => ask("/.local/demo", { method: "POST", ...ask_ });
  expect((await play({ headers, body, cookie: operator })).status).toBe(200);
  expect((await play({ headers, body: '{"do":"calm"}', cookie: operator })).status).toBe(200);
  expect(workloadCalls).toEqual(['/hammer {"column":"customer_id"}', "/calm {}"]);
  expect((await play({ headers, body: '{"do":"drop"}', cookie: operator })).status).toBe(400);
  expect((await play({ body, cookie: operator })).status).toBe(403);
  expect((await play({ headers, body, cookie: await signInAs("reader") })).status).toBe(403);
  expect((await ask("/.local/demo", { cookie: operator })).status).toBe(200);
});
