import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { jsonBody } from "../problem.ts";
import { ARE_DATA } from "../tool-answer.ts";
import { mcpCaller } from "./mcp-caller.ts";
import { TOOLS } from "./mcp-tools.ts";

const INSTRUCTIONS = `PgMedic looks after PostgreSQL servers. Every tool reads only; none takes SQL, decides on a proposal or changes anything.
Begin with "list_incidents". ${ARE_DATA}`;

/** `POST /api/mcp`: the tools that only read, for agents, over streamable HTTP without sessions. Each caller has the tools of their role. */
export async function serveMcp(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
  const caller = await mcpCaller(request);
  if (!caller.ok) return caller.response;
  const { person } = caller;
  const isPost = request.method === "POST";
  const body = isPost ? await jsonBody(request) : null;
  if (body !== null && !body.ok) return body.response;
  // Only where an agent calls, so that the app starts without it.
  const { createMcpHandler, McpServer } = await import("@modelcontextprotocol/server");
  const { fetch } = createMcpHandler(
    () => {
      const server = new McpServer({ name: "pgmedic", version: "1" }, { instructions: INSTRUCTIONS });
      for (const { role, addTo } of TOOLS) if (person.roles.has(role)) addTo(server, person, context);
      return server;
    },
    { responseMode: "json" },
  );
  const { url, method, headers } = request;
  const asked = new Request(url, { method, headers: Object.fromEntries(headers.entries()) });
  const response = await fetch(asked, body === null ? {} : { parsedBody: body.value });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers.entries()),
    body: await response.text(),
  };
}
