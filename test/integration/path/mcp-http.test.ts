// An agent's client, of the protocol's own library, at the endpoint of the api app; what it looks at is real.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { AlertAnswer } from "../../../shared/contracts/api.ts";
import { Insight } from "../../../shared/contracts/diagnostic-run.ts";
import { ServerCheck } from "../../../shared/contracts/server.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { startIssuer, type TokenWish } from "../../support/token-issuer.ts";

const CLIENT = "55555555-5555-4555-8555-555555555555";
const TENANT = "11111111-1111-1111-1111-111111111111";
const READERS = ["list_diagnostics", "list_incidents", "list_instructions", "list_playbooks", "list_servers"];
const READS = [...READERS, "read_incident", "read_post_mortem", "read_trace"];

let issuer: Awaited<ReturnType<typeof startIssuer>>;
let cloud: Cloud;
let incidentId: string;
const clients: Client[] = [];

beforeAll(async () => {
  issuer = await startIssuer(TENANT);
  Object.assign(process.env, { MCP_CLIENT_ID: CLIENT, MCP_TENANT_ID: TENANT, MCP_AUTHORITY_HOST: issuer.host });
  cloud = await startCloud(SMALL_SHOP);
  const answer = await cloud.postAlert(anAlert({ target: cloud.resourceId }));
  incidentId = AlertAnswer.parse(answer.body).incidentId ?? "";
  // The idle shop has nothing wrong with it.
  await untilState(cloud, incidentId, ["dismissed", "handedOff", "awaitingApproval"]);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await cloud.stop();
  await issuer.stop();
});

const endpoint = (): URL => new URL(`${cloud.host}/api/mcp`);
const ANN = { oid: "402ee264-026e-498c-9e07-2215e90b2f96", preferred_username: "ann@contoso.example" };
const tokenFor = (roles: string[], wish: Partial<TokenWish> = {}): Promise<string> =>
  issuer.token({ audience: CLIENT, claims: { ...ANN, roles }, ...wish });

async function connectAs(...roles: string[]): Promise<Client> {
  const client = new Client({ name: "an agent", version: "1" });
  const headers = { authorization: `Bearer ${await tokenFor(roles)}` };
  await client.connect(new StreamableHTTPClientTransport(endpoint(), { requestInit: { headers } }));
  clients.push(client);
  return client;
}
async function call(client: Client, name: string, given: Record<string, unknown> = {}): Promise<string> {
  const answer = await client.callTool({ name, arguments: given });
  const { content } = z.object({ content: z.array(z.object({ text: z.string() })) }).parse(answer);
  const text = content[0]?.text ?? "";
  if (answer.isError === true) throw new Error(text);
  return text;
}

test("a reader has the tools that read what PgMedic knows, and each says that it only reads", async () => {
  const { tools } = await (await connectAs("reader")).listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual(READS);
  for (const { annotations } of tools)
    expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
});

test("a reader finds the incident and reads it whole", async () => {
  const agent = await connectAs("reader");
  expect(JSON.parse(await call(agent, "list_servers"))).toMatchObject({ servers: [{ serverId: "shop" }] });
  expect(await call(agent, "list_incidents", { serverId: "shop", limit: 5 })).toContain(incidentId);
  expect(JSON.parse(await call(agent, "read_incident", { incidentId }))).toMatchObject({
    incidentId,
    serverId: "shop",
  });
});

test("an operator looks further: the runner asks the server, and the record says who wanted it", async () => {
  const agent = await connectAs("operator");
  const check = ServerCheck.parse(JSON.parse(await call(agent, "check_server", { serverId: "shop" })));
  expect(check).toMatchObject({ serverId: "shop", reachable: true });
  expect(await call(agent, "list_diagnostics", { incidentId })).toContain("table-health");
  const asked = { incidentId, actionId: "table-health", parameters: {} };
  const insight = Insight.parse(JSON.parse(await call(agent, "run_diagnostic", asked)));
  expect(insight).toMatchObject({
    actionId: "table-health",
    by: { kind: "person", userId: ANN.oid, name: "ann@contoso.example" },
  });
});

test("what does not exist, or does not fit, is an answer that says so", async () => {
  const agent = await connectAs("operator");
  await expect(call(agent, "read_incident", { incidentId: "inc-nothing" })).rejects.toThrow(
    "There is no such incident",
  );
  await expect(call(agent, "run_diagnostic", { incidentId, actionId: "select 1" })).rejects.toThrow(
    'There is no diagnostic \\"select 1\\"',
  );
  await expect(call(agent, "check_server", { serverId: "../shop" })).rejects.toThrow();
  await expect(call(agent, "decide", { incidentId })).rejects.toThrow();
});

test("a reader cannot call what is an operator's", async () => {
  await expect(call(await connectAs("reader"), "check_server", { serverId: "shop" })).rejects.toThrow("check_server");
});

describe("a call without proof", () => {
  const statusOf = async (headers: Record<string, string>): Promise<Response> =>
    fetch(endpoint(), {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });

  test("is 401 and told where to ask for a token", async () => {
    const answer = await statusOf({});
    expect(answer.status).toBe(401);
    const place = /resource_metadata="([^"]+)"/.exec(answer.headers.get("www-authenticate") ?? "")?.[1] ?? "";
    expect(new URL(place).pathname).toBe("/api/mcp/metadata");
    const metadata: unknown = await (await fetch(`${cloud.host}/api/mcp/metadata`)).json();
    expect(metadata).toMatchObject({ authorization_servers: [`${issuer.host}/${TENANT}/v2.0`] });
  });

  test.each<[string, Partial<TokenWish>, number]>([
    ["for another application", { audience: "66666666-6666-4666-8666-666666666666" }, 401],
    ["of another tenant", { tenant: "22222222-2222-2222-2222-222222222222" }, 401],
    ["that has expired", { expires: "-5m" }, 401],
    ["without a role", { claims: { ...ANN } }, 403],
    ["with a role of something else", { claims: { ...ANN, roles: ["Readers"] } }, 403],
    ["of nobody", { claims: { roles: ["operator"] } }, 401],
  ])("by a token %s is refused", async (_case, wish, status) => {
    const token = await tokenFor(["reader"], wish);
    expect((await statusOf({ authorization: `Bearer ${token}` })).status).toBe(status);
  });

  test("by the front's principal is refused: nothing stands before this endpoint that would vouch for it", async () => {
    expect((await statusOf(cloud.headersOf(["admin"]))).status).toBe(401);
  });
});
