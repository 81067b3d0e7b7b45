import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { type Application, authorityOf, unproven, verifiedBearer } from "../entra-token.ts";
import { answer, problem } from "../problem.ts";
import { services } from "../services.ts";
import type { Settings } from "../settings.ts";
import { type Person, rolesIn } from "./principal.ts";

/** What an Entra token says of who holds it, a person or an application. */
const Claims = z.looseObject({
  oid: z.string().min(1),
  roles: z.array(z.string()).default([]),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
  azp: z.string().optional(),
  appid: z.string().optional(),
});

export type Caller = { ok: true; person: Person } | { ok: false; response: HttpResponseInit };
const refused = (response: HttpResponseInit): Caller => ({ ok: false, response });

/** Where an agent's client learns who gives tokens, besides the endpoint itself. */
export const METADATA_ROUTE = "mcp/metadata";

/** The application that tokens of agents are for; null where none is set. */
function applicationIn(settings: Settings): Application | null {
  const { MCP_CLIENT_ID: clientId, MCP_TENANT_ID: tenant, MCP_AUTHORITY_HOST: authorityHost } = settings;
  if (clientId === undefined || tenant === undefined) return null;
  return { authorityHost, tenant, clientId, uri: `api://${clientId}` };
}

const notSetUp = (): HttpResponseInit =>
  problem(404, "no-mcp", {
    title: "There are no MCP tools over HTTP here",
    detail: "Set MCP_CLIENT_ID and MCP_TENANT_ID, or use `pgmedic mcp` for one server over standard input and output.",
  });

/**
 * Who an agent acts for. App Service's authentication does not stand before this endpoint, so a token is the only proof: a principal header is
 * not looked at.
 */
export async function mcpCaller(request: HttpRequest): Promise<Caller> {
  const { settings } = services();
  const application = applicationIn(settings);
  if (application === null) return refused(notSetUp());
  const read = await verifiedBearer(request.headers, application);
  if (!read.ok) return refused(unknownHere(settings, read.because));
  const claims = Claims.safeParse(read.payload);
  if (!claims.success) return refused(unknownHere(settings, "The token does not say who holds it."));
  const { oid, roles, preferred_username: userName, name, azp, appid } = claims.data;
  const person = { userId: oid, name: userName ?? name ?? azp ?? appid ?? oid, roles: rolesIn(roles) };
  if (person.roles.has("reader")) return { ok: true, person };
  return refused(
    problem(403, "role-missing", { title: "This needs the app role reader or operator of PgMedic's MCP application" }),
  );
}

/** Who proves nothing is told where to ask for a token (RFC 9728, section 5.1). */
function unknownHere(settings: Settings, detail: string): HttpResponseInit {
  const place = `Bearer resource_metadata="${baseOf(settings)}/${METADATA_ROUTE}"`;
  return { ...unproven(detail), headers: { "content-type": "application/problem+json", "www-authenticate": place } };
}

/** `GET /api/mcp/metadata`: who gives tokens for the MCP tools, as RFC 9728 has it. It is no secret. */
export function readMcpMetadata(): Promise<HttpResponseInit> {
  const { settings } = services();
  const application = applicationIn(settings);
  if (application === null) return Promise.resolve(notSetUp());
  const body = {
    resource: `${baseOf(settings)}/mcp`,
    authorization_servers: [`${authorityOf(application)}/v2.0`],
    scopes_supported: [`${application.uri}/.default`],
    bearer_methods_supported: ["header"],
  };
  return Promise.resolve(answer(200, body));
}

/** App Service says what the app is called; only a machine of one's own has no name. */
const baseOf = ({ WEBSITE_HOSTNAME: host }: Settings): string =>
  host === undefined ? "http://localhost:7071/api" : `https://${host}/api`;
