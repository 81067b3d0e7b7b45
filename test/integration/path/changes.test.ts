import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { servicesOf } from "../../../functions/services.ts";
import { readSettings } from "../../../functions/settings.ts";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import { anIncident } from "../../support/incidents.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
let cosmos: Cosmos;
beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
});
afterAll(async () => {
  vi.useRealTimers();
  await cosmos.stop();
  folder.remove();
});
const open = () => servicesOf(readSettings({ COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY }));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes so many incidents within one second of the database's clock. */
async function storm(count: number, name: string): Promise<string[]> {
  const { incidents } = open();
  const ids = Array.from({ length: count }, (_, at) => `inc-${name}-${at}`);
  await pause(1_000 - (Date.now() % 1_000) + 20);
  await Promise.all(ids.map((incidentId) => incidents.create(anIncident({ incidentId }))));
  return ids;
}

test("few changes of one second are told once each", async () => {
  const { changes } = open();
  const begun = await changes.since(null);
  const ids = await storm(20, "few");
  const told = await changes.since(begun.cursor);
  expect(told.changes.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  expect((await changes.since(told.cursor)).changes).toEqual([]);
});

test("a storm within one second makes a cursor that fits into an address, and none of it is missed", async () => {
  const { changes } = open();
  const begun = await changes.since(null);
  const ids = await storm(200, "many");
  const seen = new Set<string>();
  let { cursor } = begun;
  for (let asked = 0; asked < 3; asked += 1) {
    const told = await changes.since(cursor);
    expect(told.cursor.length).toBeLessThan(4_000);
    for (const { id } of told.changes) seen.add(id);
    ({ cursor } = told);
  }
  expect(ids.filter((id) => !seen.has(id))).toEqual([]);
});

test("what was told of a storm is not told for ever", async () => {
  const { changes } = open();
  const begun = await changes.since(null);
  await storm(200, "old");
  const told = await changes.since(begun.cursor);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 90_000 });
  const repeated = await changes.since(told.cursor);
  expect((await changes.since(repeated.cursor)).changes).toEqual([]);
  vi.useRealTimers();
});
