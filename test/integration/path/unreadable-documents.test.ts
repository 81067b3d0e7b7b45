// Documents that this version cannot read at all: they hide nothing else, nobody writes them, and what safety rests on counts as refused.
import { HttpRequest } from "@azure/functions";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { guardrailFacts, readAutonomy } from "../../../functions/activities/guardrail-facts.ts";
import { listIncidents } from "../../../functions/api/incidents.ts";
import { revokeInstruction } from "../../../functions/api/instructions.ts";
import { putServer } from "../../../functions/api/servers.ts";
import { services } from "../../../functions/services.ts";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import type { Address } from "../../../shared/adapters/documents.ts";
import { Server } from "../../../shared/contracts/server.ts";
import { mayPropose } from "../../../shared/core/guardrails.ts";
import type { Look } from "../../../shared/execution/look.ts";
import { anIncident, anInstruction, aProposal, NOW } from "../../support/incidents.ts";
import { asking, bodyOf, incidentAt, stored, systemAt } from "../../support/other-versions.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
let cosmos: Cosmos;
beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  Object.assign(process.env, { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY });
});
afterAll(async () => {
  await cosmos.stop();
  folder.remove();
});

const AT = NOW.toISOString();
const PERSON = { userId: "ann", name: "Ann", roles: new Set(["admin"] as const) };

const server = (serverId: string): Server =>
  Server.parse({
    serverId,
    registeredAt: AT,
    displayName: serverId,
    resourceId: `/servers/${serverId}`,
    environment: "staging",
    enabled: true,
    connection: { kind: "url", urlSetting: "X" },
  });

test("what no version of today can read does not hide its neighbours, and is left as it is", async () => {
  const { documents, incidents, servers, instructions, system, snapshots } = services();
  await incidents.create(anIncident({ incidentId: "inc-well" }));
  await servers.put(server("shop"));
  await instructions.create(anInstruction({ instructionId: "ins-well" }));
  await system.keepDeadLetter("dead-well", { queue: "runs", reason: "?", body: null, at: AT });
  const poison = { ...anIncident({ incidentId: "inc-poison" }), state: "paused" };
  await documents.put(incidentAt("inc-poison"), poison);
  await documents.put({ container: "servers", id: "server", partition: "poison" }, { tier: "tiny" });
  await documents.put(
    { container: "instructions", id: "ins-poison", partition: "shop" },
    { ...anInstruction(), kind: "paint" },
  );
  await documents.put(systemAt("dead-poison"), { at: AT, queue: "none" });
  await documents.put({ container: "baselines", id: "snap-9", partition: "shop" }, { takenAt: AT });
  await incidents.keepOnce("inc-well", "insight-poison", { outcome: "guessed" });

  expect(await incidents.listReadable({ unsettled: true })).toMatchObject({
    incidents: [{ incidentId: "inc-well" }],
    unreadable: ["inc-poison/inc-poison"],
  });
  expect(bodyOf(await listIncidents(asking()))).toMatchObject({ incidents: [{ incidentId: "inc-well" }] });
  expect((await servers.list()).map(({ serverId }) => serverId)).toEqual(["shop"]);
  expect((await instructions.list()).map(({ instructionId }) => instructionId)).toEqual(["ins-well"]);
  expect(await system.deadLetters()).toHaveLength(1);
  expect(await snapshots.newest("shop", 5)).toEqual([]);
  expect(await incidents.insights("inc-well")).toEqual([]);

  await expect(incidents.change("inc-poison", (current) => current)).rejects.toThrow(
    "this version cannot read what is stored in incidents: inc-poison/inc-poison (state: invalid_value)",
  );
  await expect(incidents.list()).rejects.toThrow("inc-poison");
  expect(await stored(incidentAt("inc-poison"))).toEqual(poison);
});

test("an alert on a server that cannot be read is not taken for a stranger's", async () => {
  const { servers } = services();
  expect((await servers.byResourceId(["/servers/SHOP"]))?.serverId).toBe("shop");
  await expect(servers.byResourceId(["/servers/poison"])).rejects.toThrow("servers: poison/server");
});

test("a lock that cannot be read counts as held: nobody takes it, and nobody frees it", async () => {
  const { documents, servers } = services();
  const at: Address = { container: "servers", id: "lock", partition: "poison" };
  await documents.put(at, { serverId: "poison", holder: "somebody", lastToken: 1 });
  await expect(servers.lock("poison")).rejects.toThrow("cannot read");
  await expect(
    servers.changeLock("poison", () => ({ next: { holder: null, lastToken: 2 }, answer: null })),
  ).rejects.toThrow("cannot read");
  expect(await stored(at)).toMatchObject({ holder: "somebody", lastToken: 1 });
});

test("an instruction that cannot be read covers nothing, and who revokes it is not told that it is gone", async () => {
  const { instructions } = services();
  expect((await instructions.understood("shop")).some(({ instructionId }) => instructionId === "ins-poison")).toBe(
    false,
  );
  await expect(revokeInstruction(asking({ instructionId: "ins-poison" }), PERSON)).rejects.toThrow("ins-poison");
});

test("nothing is proposed on a server whose record cannot be read, and on the others it is", async () => {
  const look: Look = {
    progress: "pending",
    statementsDone: 0,
    preconditions: [],
    owner: null,
    object: null,
    leftover: null,
    stamp: "",
    fingerprint: "",
    what: "an index",
    gate: { version: 180_000, database: "shop", load: "clear", oldestTransactionSeconds: 0 },
    table: null,
  };
  const rulingOn = async (serverId: string) => {
    const run = { incidentId: "inc-run", serverId, runId: "inc-run-r1" };
    const recent = { openedAt: AT, updatedAt: new Date().toISOString() };
    const poison = { ...anIncident({ incidentId: "inc-poison", ...recent }), state: "paused" };
    await services().documents.put(incidentAt("inc-poison"), poison);
    return mayPropose(await guardrailFacts(run, aProposal(), look, "none"), new Date());
  };
  for (const serverId of ["shop", "another"]) await services().servers.put(server(serverId));
  await services().incidents.create(anIncident({ incidentId: "inc-run" }));
  expect(await rulingOn("shop")).toMatchObject({ allowed: false, reason: expect.stringMatching(/cannot be read/) });
  expect(await rulingOn("another")).toMatchObject({ allowed: true });
});

test("a kill switch that cannot be read counts as on", async () => {
  const at = systemAt("autonomy");
  expect(await readAutonomy()).toEqual({ killSwitch: "off", phase: "assist" });
  await services().documents.put(at, { phase: "assist", killSwitch: "off" });
  expect(await readAutonomy()).toEqual({ killSwitch: "unreadable", phase: "shadow" });
});

test("a registration that cannot be read is replaced by the one that an admin puts, and that is said", async () => {
  const { documents, servers } = services();
  const at: Address = { container: "servers", id: "server", partition: "broken" };
  await documents.put(at, { tier: "tiny" });
  const { serverId: _id, registeredAt: _at, ...registration } = server("broken");
  const url = "http://localhost/api/servers/broken";
  const body = { string: JSON.stringify(registration) };
  const request = new HttpRequest({ url, method: "PUT", params: { serverId: "broken" }, body });
  const said: string[] = [];
  const answer = await putServer(request, PERSON, { warn: (line: unknown) => void said.push(String(line)) });
  expect(answer.status).toBe(200);
  expect(await servers.read("broken")).toMatchObject(registration);
  // What was allowed there may have been less than what is allowed at first.
  expect(new Set(Object.values((await servers.read("broken"))?.automation?.levels ?? {}))).toEqual(new Set([2]));
  expect(said).toEqual([
    expect.stringMatching(/registration of broken is replaced, and a person approves .* broken\/server/),
  ]);
});

test("an outage is no reason to replace a registration", async () => {
  const { documents } = services();
  const { serverId: _id, registeredAt: _at, ...registration } = server("shop");
  const body = { string: JSON.stringify(registration) };
  const request = new HttpRequest({ url: "http://localhost/", method: "PUT", params: { serverId: "shop" }, body });
  vi.spyOn(documents, "read").mockRejectedValueOnce(new Error("Cosmos DB is away"));
  await expect(putServer(request, PERSON, { warn: () => {} })).rejects.toThrow("away");
});
