// A way to Cosmos DB that lets through what an identity may do with documents, and refuses the rest as Cosmos DB does.
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { DocumentRights } from "./bicep/document-rights.ts";

export type RightsProxy = { endpoint: string; refused: string[]; stop: () => Promise<void> };

const REFUSAL = JSON.stringify({
  code: "Forbidden",
  message: "Request blocked by Auth: principal does not have required RBAC permissions to perform the action.",
});

/** What a request would do, as `read alerts` or `write incidents`; null where it is about no document. */
function deedOf({
  method = "GET",
  url = "",
  headers,
}: IncomingMessage): { kind: "read" | "write"; container: string } | null {
  const container = /\/colls\/([^/]+)\/docs/.exec(url)?.[1];
  if (container === undefined) return null;
  const isQuery = String(headers["content-type"]).includes("query+json");
  return { kind: method === "GET" || (method === "POST" && isQuery) ? "read" : "write", container };
}

/** Listens in front of the document store at `target`, a port of this machine. */
export async function startRightsProxy(target: () => number, { reads, writes }: DocumentRights): Promise<RightsProxy> {
  const refused: string[] = [];
  const server = createServer((message, response) => {
    const deed = deedOf(message);
    const may = deed === null || (deed.kind === "read" ? reads : writes).has(deed.container);
    if (!may) {
      refused.push(`${deed.kind} ${deed.container}`);
      message.resume();
      response.writeHead(403, { "content-type": "application/json" }).end(REFUSAL);
      return;
    }
    const { method, url, headers } = message;
    const onward = request({ port: target(), host: "127.0.0.1", method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    message.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
