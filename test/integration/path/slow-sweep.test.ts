// A broker and an Azure that take connections and say nothing: the sweep goes on all the same, and so does the one after it.
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { services } from "../../../functions/services.ts";
import { STAGES, sweepOnce, SWEPT } from "../../../functions/sweep.ts";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import { connectionStringFor } from "../../../infra/local/service-bus/broker.ts";
import { Server } from "../../../shared/contracts/server.ts";
import { anIncident, NOW } from "../../support/incidents.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
const sockets: Socket[] = [];
let cosmos: Cosmos;
let silent: NetServer;
beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  silent = createServer((socket) => void sockets.push(socket.on("error", () => {})));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  Object.assign(process.env, {
    COSMOS_ENDPOINT: cosmos.endpoint,
    COSMOS_KEY,
    ServiceBus: connectionStringFor(port),
    RESOURCE_MANAGER_ENDPOINT: `http://127.0.0.1:${port}`,
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await cosmos.stop();
  folder.remove();
});

/** Every run has ended, as Durable Functions would say. */
const runs = {
  getStatus: () => Promise.reject(new Error("404")),
  startNew: () => Promise.resolve("none"),
  raiseEvent: () => Promise.resolve(),
};
const IDS = Array.from({ length: 10 }, (_, place) => `inc-${place}`);
/** Far more than a stage takes that nothing holds up, also on a busy machine. */
const STAGE_MS = 1_500;
const SERVERS = ["shop-1", "shop-2"];

async function sweepNow(): Promise<{ said: string[]; seconds: number }> {
  const said: string[] = [];
  const say = (text: unknown): void => void said.push(String(text));
  const begun = performance.now();
  await sweepOnce(runs, { log: say, warn: say, error: say }, { limitMs: STAGE_MS, atOnce: 1 });
  return { said, seconds: (performance.now() - begun) / 1_000 };
}
const named = (said: readonly string[], pattern: RegExp): string[] =>
  said.flatMap((line) => pattern.exec(line)?.[1] ?? []);

beforeAll(async () => {
  const { incidents, servers } = services();
  const resolution = { path: "noAction", because: "", at: NOW.toISOString() } as const;
  for (const incidentId of IDS) await incidents.create(anIncident({ incidentId, state: "dismissed", resolution }));
  for (const serverId of SERVERS) {
    const registration = { displayName: serverId, resourceId: `/${serverId}`, environment: "staging", enabled: true };
    const connection = { kind: "url", urlSetting: "X" };
    await servers.put(Server.parse({ ...registration, serverId, connection, registeredAt: NOW.toISOString() }));
    const lease = { runId: "run-1", incidentId: "inc-1", leaseUntil: "2099-01-01T00:00:00.000Z" };
    const holder = { ...lease, fencingToken: 1 };
    await servers.changeLock(serverId, () => ({ next: { holder, lastToken: 1 }, answer: null }));
  }
});

test("ten incidents whose messages nobody takes keep no lock from being freed, and the sweep ends in time", async () => {
  const { said, seconds } = await sweepNow();
  expect(seconds).toBeLessThan((STAGES * STAGE_MS) / 1_000);
  for (const serverId of SERVERS) expect(await services().servers.lock(serverId)).toBeNull();
  expect(said).toContain(`${SWEPT}: done`);
  expect(named(said, /could not mend (inc-\d): it did not end within/)).toHaveLength(1);
});

test("the sweeps after it go on behind what hung: with another incident, and with the other server's alerts", async () => {
  const second = await sweepNow();
  expect(named(second.said, /could not mend (inc-\d)/)).toEqual(["inc-1"]);
  expect(named(second.said, /take in the alerts on (\S+):/)).toEqual(["shop-2"]);
  const third = await sweepNow();
  expect(named(third.said, /could not mend (inc-\d)/)).toEqual(["inc-2"]);
  expect(named(third.said, /take in the alerts on (\S+):/)).toEqual([]);
});

test("whoever has just written an incident waits half a second for the broker, not for its patience", async () => {
  const begun = performance.now();
  await services().outbox.tryRelay("inc-9");
  expect(performance.now() - begun).toBeLessThan(1_000);
  expect((await services().incidents.read("inc-9"))?.outbox).toHaveLength(1);
});

test("a message that the broker does not take is given up after two tries of ten seconds", async () => {
  const begun = performance.now();
  const message = anIncident().outbox[0];
  if (message?.kind !== "message") throw new Error("an incident begins with a message");
  await expect(services().messages.send(message.queue, "once", message.message)).rejects.toThrow();
  expect(performance.now() - begun).toBeLessThan(30_000);
});
