import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { explainListenError } from "../process-entry.ts";
import { handleManagement, type ManagementContext } from "./durable/management.ts";
import type { ManagementResponse } from "./durable/reply-forms.ts";
import { RPC_PATH, WEBHOOK_PATH } from "./durable/links.ts";
import { emptyAnswer, type HttpAnswer } from "./http-trigger.ts";

/** Largest request body, as on the real host: one byte more is an empty 500. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

export interface Exchange {
  readonly message: IncomingMessage;
  readonly url: URL;
  /** Path segments as sent, not decoded; a trailing slash is dropped. */
  readonly path: readonly string[];
  readonly body: Buffer;
}

export type Handler = (exchange: Exchange) => Promise<HttpAnswer>;

async function readBody(message: IncomingMessage): Promise<Buffer | "tooLarge"> {
  const chunks: Buffer[] = [];
  let length = 0;
  const stream: AsyncIterable<unknown> = message;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new Error("A request without an encoding yields buffers.");
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return length > MAX_BODY_BYTES ? "tooLarge" : Buffer.concat(chunks);
}

async function serve(handler: Handler, message: IncomingMessage): Promise<HttpAnswer> {
  const body = await readBody(message);
  if (body === "tooLarge") return emptyAnswer(500);
  const origin = `http://${message.headers.host ?? "127.0.0.1"}`;
  const url = URL.canParse(message.url ?? "/", origin) ? new URL(message.url ?? "/", origin) : undefined;
  if (url === undefined) return emptyAnswer(400);
  return handler({ message, url, path: url.pathname.replace(/\/$/, "").split("/").slice(1), body });
}

function send(response: ServerResponse, answer: HttpAnswer): void {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    headers[name] = typeof value === "string" ? value : [...value];
  }
  const mayHaveBody = answer.status !== 204 && answer.status !== 304;
  if (answer.body.length === 0 && mayHaveBody) headers["content-length"] = "0";
  response.writeHead(answer.status, headers);
  if (answer.body.length > 0) response.write(answer.body);
  response.end();
}

export interface ListeningServer {
  readonly port: number;
  /** Closes the port at once, waits up to `graceMs` for requests in flight, then resets them. */
  stop(graceMs: number): Promise<void>;
}

/** Listens on loopback. A port in use is a clear error. */
export async function listen(port: number, handler: Handler): Promise<ListeningServer> {
  const server = createServer((message, response) => {
    serve(handler, message).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        process.stderr.write(`Functions host: ${String(error)}\n`);
        send(response, emptyAnswer(500));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(explainListenError(error, { port, setting: "PGMEDIC_HOST_PORT" })));
    server.listen(port, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, stop: (graceMs) => stopServer(server, graceMs) }; // TCP always has a port
}

async function stopServer(server: Server, graceMs: number): Promise<void> {
  const reset = setTimeout(() => server.closeAllConnections(), graceMs);
  // A connection that is kept alive would hold the stop up after its last answer.
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(sweep);
  clearTimeout(reset);
}

const decodeSafely = (segment: string): string =>
  URL.canParse(`http://x/${segment}`) ? decodeURIComponent(segment) : segment;

/** The management request in an exchange, if its path is under one of the API's two roots. */
export async function answerManagement(
  context: ManagementContext,
  { message, url, path, body }: Exchange,
): Promise<HttpAnswer | undefined> {
  const root = [WEBHOOK_PATH, RPC_PATH].find((prefix) => `${url.pathname.toLowerCase()}/`.startsWith(`${prefix}/`));
  if (root === undefined) return undefined;
  const response = await handleManagement(context, {
    method: message.method ?? "GET",
    path: path.slice(root.split("/").length - 1).map(decodeSafely),
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    ),
    body: body.toString("utf8"),
    origin: url.origin,
    url: `${url.pathname}${url.search}`,
  });
  return toAnswer(response);
}

function toAnswer({ status, headers, body }: ManagementResponse): HttpAnswer {
  if (body === undefined) return { ...emptyAnswer(status), headers: headers ?? {} };
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}
