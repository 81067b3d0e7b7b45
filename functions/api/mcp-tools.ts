import fx, { type HttpRequestInit, type HttpResponseInit, type InvocationContext } from "@azure/functions";
import type { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Role } from "../../shared/contracts/api.ts";
import { DiagnosticRequest } from "../../shared/contracts/diagnostic-run.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import { READS_ONLY, toolAnswer } from "../tool-answer.ts";
import { listActions, runAction } from "./actions.ts";
import { listIncidents, readIncident } from "./incidents.ts";
import { listInstructions } from "./instructions.ts";
import { triageLogs } from "./logs.ts";
import { listPlaybooks } from "./playbooks.ts";
import { readPostMortem } from "./post-mortem.ts";
import type { Person, PersonHandler } from "./principal.ts";
import { readTrace } from "./trace.ts";
import { checkServer, listServers, reportOnServer } from "./servers.ts";

/** What a tool asks of the endpoint behind it. */
type Asked = Pick<HttpRequestInit, "params" | "query"> & { body?: unknown };
type Call<Input extends z.ZodObject> = {
  description: string;
  input: Input;
  ask: (given: z.infer<Input>) => Asked;
  handler: PersonHandler;
};

/** A tool is an endpoint of the API under a name for agents: the same role, the same answer, the same record of who asked. */
const tool = <Input extends z.ZodObject>(name: string, role: Role, call: Call<Input>) => ({
  name,
  role,
  handler: call.handler,
  addTo: (server: McpServer, person: Person, context: InvocationContext): void => {
    const { description, input: inputSchema } = call;
    // The library infers the input from the schema, which here is still to be chosen: the schema itself has parsed what comes.
    const answered = async (given: unknown) =>
      answerOf(await call.handler(requestFor(call.ask(given as z.infer<Input>)), person, context));
    server.registerTool(
      name,
      { description, inputSchema: inputSchema as z.ZodObject, annotations: READS_ONLY },
      answered,
    );
  },
});

const ofServer = z.object({ serverId: Id });
const ofIncident = z.object({ incidentId: Id });
const nothing = z.object({});

/** Tools that look, and change nothing. Whatever decides, opens or edits is for people on the dashboard. */
export const TOOLS = [
  tool("list_servers", "reader", {
    description: "The watched servers, with their open incidents and what people allowed there.",
    input: nothing,
    ask: () => ({}),
    handler: listServers,
  }),
  tool("list_incidents", "reader", {
    description: "Incidents, the newest first: what was wrong, what was proposed, how it ended.",
    input: z.object({
      serverId: Id.optional(),
      status: z.enum(["open", "closed"]).optional(),
      limit: z.number().int().min(1).max(100).default(20),
    }),
    ask: ({ serverId, status, limit }) => ({
      query: { ...(serverId && { serverId }), ...(status && { status }), limit: String(limit) },
    }),
    handler: listIncidents,
  }),
  tool("read_incident", "reader", {
    description:
      "One incident whole: evidence for and against each cause, the proposal, the decision, before and after.",
    input: ofIncident,
    ask: (params) => ({ params }),
    handler: readIncident,
  }),
  tool("read_trace", "reader", {
    description: "How an incident came to its end: what was asked, seen, weighed, decided and done, step by step.",
    input: ofIncident,
    ask: (params) => ({ params }),
    handler: readTrace,
  }),
  tool("read_post_mortem", "reader", {
    description: "The post-mortem of an incident that is over, as Markdown.",
    input: ofIncident,
    ask: (params) => ({ params }),
    handler: readPostMortem,
  }),
  tool("list_diagnostics", "reader", {
    description: "What may be looked at next for an incident, everything that there is, and what was found so far.",
    input: ofIncident,
    ask: (params) => ({ params }),
    handler: listActions,
  }),
  tool("list_playbooks", "reader", {
    description: "The playbooks: which alerts each answers, what it looks at, which causes it can conclude.",
    input: nothing,
    ask: () => ({}),
    handler: listPlaybooks,
  }),
  tool("list_instructions", "reader", {
    description: "Standing instructions: what people allowed in advance, within which limits.",
    input: nothing,
    ask: () => ({}),
    handler: listInstructions,
  }),
  tool("run_diagnostic", "operator", {
    description: "Runs one bounded diagnostic of list_diagnostics for an incident, by its name. It takes no SQL.",
    input: ofIncident.extend({ actionId: z.string().max(60) }).extend(DiagnosticRequest.shape),
    ask: ({ incidentId, actionId, ...body }) => ({ params: { incidentId, actionId }, body }),
    handler: runAction,
  }),
  tool("check_server", "operator", {
    description: "What PgMedic lacks on a server, with the SQL that mends it.",
    input: ofServer,
    ask: (params) => ({ params, body: {} }),
    handler: checkServer,
  }),
  tool("report_on_server", "operator", {
    description: "What PgMedic would have proposed on a server so far, what it would have refused, and why.",
    input: ofServer,
    ask: (params) => ({ params, body: {} }),
    handler: reportOnServer,
  }),
  tool("triage_logs", "operator", {
    description: "What lines of a PostgreSQL log come to, the worst first; in any of its formats.",
    input: z.object({ text: z.string().min(1), prefix: z.string().max(200).optional() }),
    ask: (body) => ({ body }),
    handler: triageLogs,
  }),
];

const requestFor = ({ body, ...asked }: Asked): InstanceType<typeof fx.HttpRequest> =>
  new fx.HttpRequest({
    url: "http://pgmedic.internal/api/mcp",
    method: body === undefined ? "GET" : "POST",
    ...asked,
    ...(body === undefined ? {} : { body: { string: JSON.stringify(body) } }),
  });

function answerOf({ status = 200, body }: HttpResponseInit): ReturnType<typeof toolAnswer> {
  if (status === 202) return toolAnswer("There is no answer within 20 seconds. Ask again in a minute.", true);
  return toolAnswer(typeof body === "string" ? body : "", status >= 400);
}
