// A service of somebody else's, in this process: it answers what the test says and remembers what it was asked.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  headers: IncomingMessage["headers"];
};
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };
export type Fake = { url: string; asked: Asked[]; stop: () => Promise<void> };

const TLS = new URL("../fixtures/tls/", import.meta.url);
const fixture = (name: string): string => readFileSync(new URL(name, TLS), "utf8");
/** The authority that signed the certificate of a secure fake. */
export const testAuthority = (): string => fixture("authority.pem");

/** Starts it on a free port; a secure one is `https://localhost`. A reply may be a promise; one that rejects breaks the connection off. */
export async function startFake(
  answer: (asked: Asked, url: string) => Reply | Promise<Reply>,
  { isSecure = false } = {},
): Promise<Fake> {
  const asked: Asked[] = [];
  let url = "";
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const exchange = async (): Promise<void> => {
      const target = new URL(request.url ?? "/", url);
      const one: Asked = {
        method: request.method ?? "",
        path: target.pathname,
        query: target.searchParams,
        body: (await buffer(request)).toString(),
        headers: request.headers,
      };
      asked.push(one);
      const { status, body, headers = {} } = await answer(one, url);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
    };
    exchange().catch(() => request.socket.destroy());
  };
  const server = isSecure
    ? createSecureServer({ cert: fixture("localhost.pem"), key: fixture("server.key") }, serve)
    : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  url = isSecure ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  return {
    url,
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
