import { type Container, CosmosClient } from "@azure/cosmos";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import containers from "../../../infra/cosmos-containers.json" with { type: "json" };
import { COSMOS_DATABASE, COSMOS_KEY, type Cosmos, startCosmos } from "../../../infra/local/cosmos/server.ts";
import { startProcess, temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
const clients: CosmosClient[] = [];
let cosmos: Cosmos;

function databaseAt(port: number) {
  const client = new CosmosClient({
    endpoint: `http://127.0.0.1:${port}`,
    key: COSMOS_KEY,
    connectionPolicy: {
      enableEndpointDiscovery: false,
      requestTimeout: 5_000,
      retryOptions: { maxRetryAttemptCount: 0 },
    },
  });
  clients.push(client);
  return client.database(COSMOS_DATABASE);
}

const containerAt = (port: number, name: string): Container => databaseAt(port).container(name);
const anIncident = (id: string, more: object = {}) => ({ id, incidentId: id, state: "received", ...more });

beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});
afterAll(async () => {
  await cosmos.stop();
  folder.remove();
});

test("the containers of PgMedic are there from the start, with their partition keys", async () => {
  const { resources } = await databaseAt(cosmos.port).containers.readAll().fetchAll();
  expect(resources.map(({ id, partitionKey }) => ({ id, partitionKey: partitionKey?.paths[0] }))).toEqual(containers);
});

test("a document is created once, changed under its etag and refused under an old one", async () => {
  const incidents = containerAt(cosmos.port, "incidents");
  const created = await incidents.items.create(anIncident("i1"));
  expect(created.statusCode).toBe(201);
  await expect(incidents.items.create(anIncident("i1"))).rejects.toMatchObject({ code: 409 });
  const condition = { accessCondition: { type: "IfMatch", condition: created.etag } };
  const item = incidents.item("i1", "i1");
  const replaced = await item.replace(anIncident("i1", { state: "dispatched" }), condition);
  expect(replaced.resource?.["state"]).toBe("dispatched");
  await expect(item.replace(anIncident("i1"), condition)).rejects.toMatchObject({ code: 412 });
  await expect(item.delete(condition)).rejects.toMatchObject({ code: 412 });
  const patched = await item.patch([{ op: "add", path: "/lock", value: { token: 1 } }]);
  expect(patched.resource).toMatchObject({ state: "dispatched", lock: { token: 1 } });
});

test("documents are found by query with parameters, order and pages", async () => {
  const system = containerAt(cosmos.port, "system");
  for (let n = 0; n < 7; n += 1) await system.items.create({ id: `n${n}`, n });
  const query = {
    query: "select c.id from c where c.n >= @n order by c.n desc",
    parameters: [{ name: "@n", value: 2 }],
  };
  const pages = system.items.query<{ id: string }>(query, { maxItemCount: 3 });
  const ids: string[][] = [];
  while (pages.hasMoreResults()) ids.push(((await pages.fetchNext()).resources ?? []).map(({ id }) => id));
  expect(ids.flat()).toEqual(["n6", "n5", "n4", "n3", "n2"]);
});

test.each([
  ["OFFSET … LIMIT", "select * from c order by c.id offset 1 limit 1"],
  ["GROUP BY", "select count(1) as n from c group by c.state"],
  ["DISTINCT", "select distinct value c.state from c"],
  ["LIKE", "select * from c where c.id like 'n%'"],
])("a query with %s is refused, as it would not behave as in Azure", async (what, query) => {
  const { items } = containerAt(cosmos.port, "system");
  await expect(items.query(query).fetchAll()).rejects.toThrow(`${what} is not supported by the local Cosmos DB`);
});

test("documents, deletions and etags are the same after a restart", async () => {
  const state = temporaryFolder();
  const first = await startCosmos({ port: 0, stateFolder: state.path });
  const before = containerAt(first.port, "servers");
  const kept = await before.items.create({ id: "s1", serverId: "s1", enabled: true });
  await before.items.create({ id: "s2", serverId: "s2", enabled: true });
  await before.item("s2", "s2").delete();
  await first.stop();

  const second = await startCosmos({ port: 0, stateFolder: state.path });
  const after = containerAt(second.port, "servers");
  const { resources } = await after.items.readAll<{ id: string; _ts: number }>().fetchAll();
  expect(resources.map(({ id, _ts }) => [id, _ts])).toEqual([["s1", kept.resource?._ts]]);
  const condition = { accessCondition: { type: "IfMatch", condition: kept.etag } };
  const changed = await after.item("s1", "s1").replace({ id: "s1", serverId: "s1", enabled: false }, condition);
  expect(changed.statusCode).toBe(200);
  await expect(after.item("s1", "s1").replace({ id: "s1", serverId: "s1" }, condition)).rejects.toMatchObject({
    code: 412,
  });
  await second.stop();
  state.remove();
});

test("kill -9 loses no answered write", async () => {
  const state = temporaryFolder();
  const env = { PGMEDIC_COSMOS_PORT: "0", PGMEDIC_COSMOS_STATE: state.path };
  let service = await startProcess("infra/local/cosmos/main.ts", env);
  const before = containerAt(service.port, "incidents");
  const answered = new Map<string, number>();
  const writing = Array.from({ length: 8 }, async (_, writer) => {
    const id = `w${writer}`;
    for (let version = 1; ; version += 1) {
      await before.items.upsert(anIncident(id, { version }));
      answered.set(id, version);
    }
  });
  setTimeout(() => void service.kill(), 400);
  await Promise.allSettled(writing);
  expect(answered.size).toBe(8);

  service = await startProcess("infra/local/cosmos/main.ts", env);
  const after = containerAt(service.port, "incidents");
  for (const [id, version] of answered) {
    const { resource } = await after.item(id, id).read<{ version: number }>();
    // The write under way when the process died may have been kept without its answer.
    expect([version, version + 1]).toContain(resource?.version);
  }
  expect(await service.stop()).toBe(0);
  state.remove();
});

test("a port in use is named together with the setting that changes it", async () => {
  const state = temporaryFolder();
  await expect(startCosmos({ port: cosmos.port, stateFolder: state.path })).rejects.toThrow(
    new RegExp(`port ${cosmos.port} is in use.*PGMEDIC_COSMOS_PORT`),
  );
  state.remove();
});
