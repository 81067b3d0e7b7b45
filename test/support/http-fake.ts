// A service of somebody else's, in this process: it answers what the test says and remembers what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type Certificate, withKey } from "./certificates.ts";

export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  headers: IncomingMessage["headers"];
};
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };
export type Fake = {
  url: string;
  asked: Asked[];
  /** How many came, whether or not they went on to ask. */
  connections: () => number;
  stop: () => Promise<void>;
};

/** Starts it on a free port; one that shows a certificate is `https://localhost`. A reply may be a promise; one that rejects breaks the connection off. */
export async function startFake(
  answer: (asked: Asked, url: string) => Reply | Promise<Reply>,
  { certificate }: { certificate?: Certificate } = {},
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
  const server = certificate === undefined ? createServer(serve) : createSecureServer(withKey(certificate), serve);
  let connections = 0;
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  url = certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return {
    url,
    asked,
    connections: () => connections,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
