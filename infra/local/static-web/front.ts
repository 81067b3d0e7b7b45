// Azure Static Web Apps on this machine: serves the dashboard, signs people in, guards and forwards the API.
import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { explainListenError, type Running } from "../process-entry.ts";
import { sendProblem, sendRedirect, type Exchange } from "./answers.ts";
import { serveDemo } from "./demo.ts";
import { serveFile } from "./files.ts";
import { proxyToHost } from "./proxy.ts";
import { decideRoute, overrideOf, type SiteConfig } from "./routes.ts";
import { readSession, type ClientPrincipal } from "./session.ts";
import { serveAuth } from "./sign-in.ts";

/** Azure ends an API request through Static Web Apps after 45 seconds. */
export const API_LIMIT_MS = 45_000;

export type FrontOptions = {
  port: number;
  /** Folder of the built dashboard. */
  root: string;
  config: SiteConfig;
  host: URL;
  /** Shared with the API, which believes a principal only next to this proof. */
  proof: string;
  workload: URL | null;
  apiTimeoutMs: number;
};

type Front = FrontOptions & { sessionKey: string };
type Asked = Exchange & { url: URL; principal: ClientPrincipal | null };

/** Decodes a path once. One that could be read in two ways (`//`, `..`, `%`, a backslash) is refused: a guard must not be guessed around. */
function plainUrl(rawUrl: string): URL | null {
  try {
    const [rawPath = "/", ...query] = rawUrl.split("?");
    const path = decodeURIComponent(rawPath);
    const isPlain = path.startsWith("/") && !/[%\\;]|\p{Cc}|\/\/|\/\.{1,2}(\/|$)/u.test(path);
    if (!isPlain) return null;
    const url = new URL("http://front.invalid");
    url.pathname = path;
    url.search = query.join("?");
    return url;
  } catch {
    return null;
  }
}

/** Only names of this machine: a page on another domain that resolves to 127.0.0.1 must not sign anybody in. */
const isLocalName = (host: string | undefined): boolean => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host ?? "");

const isApi = (path: string): boolean => /^\/api(\/|$)/i.test(path);

function setHeaders({ response }: Exchange, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function refuse(front: Front, asked: Asked, status: number): void {
  const override = overrideOf(front.config, status, asked.url.pathname + asked.url.search);
  if (override !== null) return sendRedirect(asked, override.location, override.status);
  const titles: Record<number, string> = {
    401: "Sign in first",
    403: "Your role does not allow this",
    404: "There is nothing at this address",
  };
  sendProblem(asked, `status-${status}`, { title: titles[status] ?? "The request was refused", status });
}

async function serve(front: Front, asked: Asked, path: string): Promise<void> {
  const { url, principal } = asked;
  if (path.startsWith("/.auth/")) {
    if (!(await serveAuth({ secret: front.sessionKey, principal, url }, asked))) refuse(front, asked, 404);
    return;
  }
  if (path === "/.local/demo") {
    if (front.workload === null) refuse(front, asked, 404);
    else await serveDemo({ workload: front.workload, principal }, asked);
    return;
  }
  if (isApi(path)) {
    const target = new URL(url.pathname + url.search, front.host);
    await proxyToHost({ url: target, proof: front.proof, principal, timeoutMs: front.apiTimeoutMs }, asked);
    return;
  }
  if (!serveFile(front, asked, path)) refuse(front, asked, 404);
}

async function answer(front: Front, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  const url = plainUrl(request.url ?? "/");
  if (url === null || !isLocalName(request.headers.host)) {
    return sendProblem(exchange, "bad-address", {
      title: "This address is not valid here",
      status: 400,
      detail: `Use http://localhost:${front.port}/ and a path without escapes or empty parts.`,
    });
  }
  // The API speaks for itself: global headers belong to the site's own content.
  if (!isApi(url.pathname)) setHeaders(exchange, front.config.globalHeaders);
  const principal = readSession(front.sessionKey, request.headers.cookie, Date.now());
  const asked: Asked = { ...exchange, url, principal };
  const roles = principal?.userRoles ?? ["anonymous"];
  const path = decodeURIComponent(url.pathname);
  const route = decideRoute(front.config, { method: request.method ?? "GET", path, roles });
  if (route.verdict === "refuse") return refuse(front, asked, route.status);
  if (route.verdict === "redirect") return sendRedirect(asked, route.location, route.status);
  setHeaders(exchange, route.headers);
  return serve(front, asked, route.path);
}

/** Starts the front on loopback; refuses to start without a built dashboard. */
export async function startFront(options: FrontOptions): Promise<Running> {
  const root = resolve(options.root);
  if (!existsSync(join(root, "index.html"))) {
    throw new Error(`the dashboard is not built: ${root} has no index.html. Run "npm start", which builds it.`);
  }
  const sessionKey = createHmac("sha256", options.proof).update("pgmedic session key").digest("hex");
  const front: Front = { ...options, root, sessionKey };
  const server = createServer((request, response) => {
    answer(front, { request, response }).catch((error: unknown) => {
      process.stderr.write(`static-web: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (response.headersSent) response.destroy();
      else sendProblem({ request, response }, "front-failed", { title: "The front failed", status: 500 });
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", (error) =>
      failed(explainListenError(error, { port: options.port, setting: "PGMEDIC_FRONT_PORT" })),
    );
    server.listen(options.port, "127.0.0.1", listening);
  });
  const address = server.address();
  front.port = typeof address === "object" && address !== null ? address.port : options.port;
  return {
    port: front.port,
    stop: () =>
      new Promise((stopped, failed) => {
        server.close((error) => (error === undefined ? stopped() : failed(error)));
        server.closeAllConnections();
      }),
  };
}
