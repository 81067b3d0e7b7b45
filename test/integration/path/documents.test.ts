import { CosmosClient } from "@azure/cosmos";
import { afterAll, beforeAll, expect, test } from "vitest";
import { servicesOf } from "../../../functions/services.ts";
import { readSettings } from "../../../functions/settings.ts";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import type { Snapshot } from "../../../shared/contracts/snapshot.ts";
import { beginChat } from "../../../shared/core/always-allow/conversation.ts";
import { verifyChain } from "../../../shared/core/audit-chain.ts";
import { ANN, anIncident, aProposal, NOW } from "../../support/incidents.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
let cosmos: Cosmos;
beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
});
afterAll(async () => {
  await cosmos.stop();
  folder.remove();
});

const open = () => servicesOf(readSettings({ COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY }));
const AT = "2026-11-20T10:00:00.000Z";

test("two incidents have two audit chains, each whole, however their entries interleave", async () => {
  const { incidents } = open();
  for (const what of ["diagnosed", "proposed", "decided"])
    await Promise.all(
      ["inc-a", "inc-b"].map((incidentId) =>
        incidents.appendAudit({ incidentId, at: AT, what, detail: { key: incidentId } }),
      ),
    );
  for (const incidentId of ["inc-a", "inc-b"]) {
    const chain = await incidents.audit(incidentId);
    expect(chain.map(({ sequence, what }) => `${sequence} ${what}`)).toEqual([
      "1 diagnosed",
      "2 proposed",
      "3 decided",
    ]);
    expect(chain.every((entry) => entry.incidentId === incidentId)).toBe(true);
    expect(verifyChain(chain).intact).toBe(true);
  }
});

test("entries that are appended at once get their places one after the other, and the same entry only one", async () => {
  const { incidents } = open();
  const keys = Array.from({ length: 8 }, (_, place) => `key-${place % 4}`);
  await Promise.all(
    keys.map((key) => incidents.appendAudit({ incidentId: "inc-c", at: AT, what: "noted", detail: { key } })),
  );
  const chain = await incidents.audit("inc-c");
  expect(chain.map(({ detail }) => String(detail["key"])).toSorted()).toEqual(["key-0", "key-1", "key-2", "key-3"]);
  expect(verifyChain(chain).intact).toBe(true);
});

const reading = (serverId: string, second: number): Snapshot => ({
  serverId,
  takenAt: new Date(Date.parse(AT) + second * 1_000).toISOString(),
  epoch: "one",
  statements: [],
  database: null,
  tables: [],
  indexes: [],
});

test("the readings of a server are its own", async () => {
  const { snapshots } = open();
  for (const second of [1, 2, 3]) {
    await snapshots.add(reading("one", second));
    await snapshots.add(reading("two", second + 0.5));
  }
  expect((await snapshots.newest("one", 2)).map(({ serverId, takenAt }) => `${serverId} ${takenAt}`)).toEqual([
    "one 2026-11-20T10:00:03.000Z",
    "one 2026-11-20T10:00:02.000Z",
  ]);
});

test("readings older than two hours go, where the database does not drop them, and those of others stay", async () => {
  const before = open().snapshots;
  for (const minute of [0, 1, 125]) await before.add(reading("old", minute * 60));
  await before.add(reading("other", 0));
  expect(await before.newest("old", 9)).toHaveLength(3);
  // A process that has just started looks at its first reading.
  const { snapshots } = open();
  await snapshots.add(reading("old", 121 * 60));
  const left = await snapshots.newest("old", 9);
  expect(left.map(({ takenAt }) => takenAt.slice(11, 16))).toEqual(["12:05", "12:01", "10:01"]);
  expect(await snapshots.newest("other", 9)).toHaveLength(1);
  expect(await snapshots.lastTakenAt("old")).toBe("2026-11-20T12:05:00.000Z");
  expect(await snapshots.lastTakenAt("nobody")).toBeNull();
});

/** A document with what only the database is told. */
async function asStored(container: string, id: string, partition: string): Promise<Record<string, unknown>> {
  const connectionPolicy = { enableEndpointDiscovery: false };
  const client = new CosmosClient({ endpoint: cosmos.endpoint, key: COSMOS_KEY, connectionPolicy });
  const item = client.database("pgmedic").container(container).item(id, partition);
  return (await item.read<Record<string, unknown>>()).resource ?? {};
}

test("what ends by itself carries its time, also after it was written again, and what stays carries none", async () => {
  const { snapshots, system, servers, incidents } = open();
  await snapshots.add(reading("ends", 0));
  const check = { serverId: "ends", checkedAt: AT, reachable: true, version: null, items: [] };
  await system.answerProbe("probe-ends", check);
  const letter = { queue: "runs", reason: "?", body: null, at: AT } as const;
  await system.keepDeadLetter("dead-ends", letter);
  await system.putDeadLetter("dead-ends", { ...letter, sentAgain: { by: ANN, at: AT } });
  const about = { incidentId: "inc-ends", serverId: "shop", proposal: aProposal() };
  const chat = beginChat("chat-ends", about, { done: 0, improved: 0, undone: 0 }, NOW);
  await system.createChat(chat);
  const stored = await system.chat("chat-ends");
  expect(await system.replaceChat({ ...chat, step: "size" }, stored?.etag ?? "")).toBe("replaced");
  await servers.changeLock("ends", () => ({ next: { holder: null, lastToken: 1 }, answer: null }));
  await incidents.create(anIncident({ incidentId: "inc-ends" }));

  expect((await asStored("baselines", "snap-20261120100000000", "ends"))["ttl"]).toBe(2 * 3_600);
  expect((await asStored("system", "probe-ends", "probe-ends"))["ttl"]).toBe(86_400);
  expect((await asStored("system", "dead-ends", "dead-ends"))["ttl"]).toBe(90 * 86_400);
  expect(await asStored("system", "chat-ends", "chat-ends")).toMatchObject({ ttl: 30 * 86_400, step: "size" });
  expect(await asStored("servers", "lock", "ends")).not.toHaveProperty("ttl");
  expect(await asStored("incidents", "inc-ends", "inc-ends")).not.toHaveProperty("ttl");
});

test("what is unsettled is found by a field of its own, and what was written before that field by its content", async () => {
  const { incidents, documents } = open();
  const resolution = { path: "noAction", because: "", at: AT } as const;
  const settled = anIncident({ serverId: "sorted", state: "dismissed", resolution, outbox: [] });
  const { outbox } = anIncident();
  await incidents.create({ ...settled, incidentId: "inc-done" });
  await incidents.create({ ...settled, incidentId: "inc-to-tell", outbox });
  await incidents.create({ ...settled, incidentId: "inc-open", resolution: null });
  for (const [id, more] of [
    ["inc-old-done", {}],
    ["inc-old-to-tell", { outbox }],
    ["inc-old-open", { resolution: null }],
  ] as const)
    await documents.put({ container: "incidents", id, partition: id }, { ...settled, incidentId: id, ...more });
  const unsettled = async (): Promise<string[]> =>
    (await incidents.list({ serverId: "sorted", unsettled: true })).map(({ incidentId }) => incidentId).toSorted();
  expect(await unsettled()).toEqual(["inc-old-open", "inc-old-to-tell", "inc-open", "inc-to-tell"]);
  await incidents.change("inc-to-tell", (incident) => ({ ...incident, outbox: [] }));
  await incidents.change("inc-old-to-tell", (incident) => ({ ...incident, outbox: [] }));
  await incidents.change("inc-done", (incident) => ({ ...incident, outbox }));
  expect(await unsettled()).toEqual(["inc-done", "inc-old-open", "inc-open"]);
  expect(await incidents.read("inc-done")).not.toHaveProperty("isSettled");
});
