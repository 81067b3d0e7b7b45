// The audit archive on real Blob Storage (Azurite) and a real Cosmos DB client: once and in order, whatever is killed, raced or away.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { archiveAudit } from "../../../functions/archive-audit.ts";
import { archiveIncident } from "../../../functions/archive-chain.ts";
import { anchorDay } from "../../../functions/archive-root.ts";
import { services } from "../../../functions/services.ts";
import { sweepOnce as wholeSweep } from "../../../functions/sweep.ts";
import { AuditEntry } from "../../../shared/contracts/api.ts";
import { DailyRoot } from "../../../shared/contracts/archive.ts";
import { blobOf, ROOTS } from "../../../shared/core/audit-archive.ts";
import { verifyChain } from "../../../shared/core/audit-chain.ts";
import { dayBefore } from "../../../shared/core/audit-root.ts";
import { eventually } from "../../support/cloud.ts";
import { startProcess } from "../../support/process.ts";
import { appendEntries, startStores, type Stores } from "../../support/stores.ts";

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stopAll());

const signal = new AbortController().signal;
const lines: string[] = [];
const log = {
  log: (line: unknown) => lines.push(String(line)),
  warn: (line: unknown) => lines.push(`warning ${String(line)}`),
  error: (line: unknown) => lines.push(`error ${String(line)}`),
};
const sweepOnce = () => archiveAudit(log);
beforeEach(() => {
  lines.length = 0;
});

const archived = async (incidentId: string) =>
  (await stores.archive.read(blobOf(incidentId, 1), AuditEntry, signal))?.lines.map(
    (entry) => entry ?? expect.fail("no entry"),
  ) ?? [];
const keysOf = async (incidentId: string) => (await archived(incidentId)).map(({ detail }) => detail["key"]);
const roots = async () => (await stores.archive.read(ROOTS, DailyRoot, signal))?.lines ?? [];

async function expectWhole(incidentId: string): Promise<void> {
  const copy = await archived(incidentId);
  expect(copy).toEqual(await services().incidents.audit(incidentId));
  expect(verifyChain(copy).intact).toBe(true);
}

test("every entry of every incident is archived once and in order, and a second pass adds nothing", async () => {
  for (const key of ["a", "b", "c"]) for (const id of ["inc-1", "inc-2"]) await appendEntries(id, `${id}-${key}`);
  await sweepOnce();
  expect(await keysOf("inc-1")).toEqual(["inc-1-a", "inc-1-b", "inc-1-c"]);
  await appendEntries("inc-1", "later");
  await sweepOnce();
  await sweepOnce();
  for (const id of ["inc-1", "inc-2"]) await expectWhole(id);
  expect(await keysOf("inc-1")).toEqual(["inc-1-a", "inc-1-b", "inc-1-c", "later"]);
  expect(lines.filter((line) => !line.startsWith("pgmedic.archive"))).toEqual([]);
});

test("the first pass writes the root of the day before, and each day after it one more, over the chains that moved", async () => {
  const now = new Date();
  expect((await roots()).map((root) => root?.day)).toEqual([dayBefore(now)]);
  await appendEntries("inc-2", "moved");
  await sweepOnce();
  const days = ["2100-01-01", "2100-01-02"];
  for (const day of days) await anchorDay(stores.archive, day, now);
  // Two runners at the same midnight, and once again.
  await Promise.all([anchorDay(stores.archive, "2100-01-03", now), anchorDay(stores.archive, "2100-01-03", now)]);
  const found = (await roots()).map((root) => [
    root?.day,
    root?.heads.map(({ incidentId, sequence }) => `${incidentId} ${sequence}`),
  ]);
  expect(found).toEqual([
    [dayBefore(now), ["inc-1 3", "inc-2 3"]],
    ["2100-01-01", ["inc-1 4", "inc-2 4"]],
    ["2100-01-02", []],
    ["2100-01-03", []],
  ]);
});

test("eight writers at once leave one chain", async () => {
  await appendEntries("inc-race", ...Array.from({ length: 30 }, (_, key) => `k${key}`));
  const { incidents } = services();
  const done = await Promise.all(
    Array.from({ length: 8 }, () =>
      archiveIncident({ archive: stores.archive, incidents, signal }, { incidentId: "inc-race", newest: null }),
    ),
  );
  expect(done.reduce((sum, one) => sum + one.archived, 0)).toBe(30);
  await expectWhole("inc-race");
});

test("progress that is lost, or goes back, doubles nothing", async () => {
  const { documents } = services();
  await documents.remove({ container: "system", id: "audit-archive", partition: "audit-archive" });
  await sweepOnce();
  for (const id of ["inc-1", "inc-2", "inc-race"]) await expectWhole(id);
});

test("runners that are killed at any moment, two at a time, leave every chain whole", async () => {
  const ids = ["inc-k1", "inc-k2", "inc-k3"];
  const begin = () => startProcess("test/support/archive-forever.ts", stores.environment);
  for (let round = 0; round < 6; round += 1) {
    const runners = await Promise.all([begin(), begin()]);
    for (let step = 0; step < 5; step += 1) {
      for (const id of ids) await appendEntries(id, `${round}-${step}-a`, `${round}-${step}-b`);
      await sleep(Math.random() * 40);
    }
    await Promise.all(runners.map((runner) => runner.kill()));
  }
  const before = (await Promise.all(ids.map(archived))).flat().length;
  await sweepOnce();
  for (const id of ids) await expectWhole(id);
  expect((await archived("inc-k1")).length).toBe(60);
  // The killed ones had got somewhere, or nothing was tested.
  expect(before).toBeGreaterThan(30);
});

test("while storage is away nothing waits for it, the lag is told, and afterwards nothing is missing", async () => {
  await stores.stop("blob");
  await appendEntries("inc-1", "during the outage");
  const began = performance.now();
  await sweepOnce();
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(lines.join("\n")).toMatch(/warning pgmedic.archive: \d+ entries wait since [^]*ECONNREFUSED/);
  await stores.start("blob");
  await sweepOnce();
  await expectWhole("inc-1");
});

test("storage that forgot its last seconds when it was killed gets them again", async () => {
  await appendEntries("inc-1", "acknowledged, then forgotten");
  await sweepOnce();
  await stores.kill("blob");
  await stores.start("blob");
  await sweepOnce();
  await expectWhole("inc-1");
});

test("an entry that does not follow from the archived ones is refused, told, and taken once it is right again", async () => {
  const { documents, system } = services();
  await appendEntries("inc-bent", "one", "two");
  await sweepOnce();
  await appendEntries("inc-bent", "three", "four");
  const at = { container: "incidents", id: "audit-000003", partition: "inc-bent" } as const;
  const third = (await documents.read(at, AuditEntry))?.value ?? expect.fail("no third entry");
  await documents.put(at, { ...third, what: "something else" });
  await sweepOnce();
  expect(await keysOf("inc-bent")).toEqual(["one", "two"]);
  expect(lines.join("\n")).toContain("error pgmedic.archive: inc-bent: entry 3 does not follow");
  expect((await system.archiveProgress())?.refused).toMatchObject([{ incidentId: "inc-bent" }]);
  await documents.put(at, third);
  await sweepOnce();
  await expectWhole("inc-bent");
  expect((await system.archiveProgress())?.refused).toEqual([]);
});

test("a document that is no entry any more stops no other chain, and is found", async () => {
  const { documents } = services();
  await appendEntries("inc-broken", "one", "two", "three");
  const at = { container: "incidents", id: "audit-000002", partition: "inc-broken" } as const;
  const second = (await documents.read(at, AuditEntry))?.value ?? expect.fail("no second entry");
  await documents.put(at, { ...second, sequence: "two" });
  await appendEntries("inc-1", "beside it");
  await sweepOnce();
  await expectWhole("inc-1");
  expect(await keysOf("inc-broken")).toEqual(["one"]);
  expect(lines.join("\n")).toContain("error pgmedic.archive: inc-broken: entry 2 is missing, or is no entry");
  await documents.put(at, second);
  await sweepOnce();
  await expectWhole("inc-broken");
});

test("an incident that cannot be archived holds up no other one, and is told", async () => {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  const container = BlobServiceClient.fromConnectionString(
    stores.environment.ARCHIVE_CONNECTION_STRING,
  ).getContainerClient("audit");
  // Of another kind: nothing can be appended to it.
  await container.getBlockBlobClient(blobOf("inc-00-stuck", 1)).upload("", 0);
  await appendEntries("inc-00-stuck", "never archived");
  const others = Array.from({ length: 20 }, (_, at) => `inc-later-${at}`);
  await sleep(1_100); // the stuck one comes first: Cosmos DB counts in seconds
  for (const id of others) await appendEntries(id, "one", "two");
  await sweepOnce();
  for (const id of others) await expectWhole(id);
  expect(lines.join("\n")).toMatch(/warning pgmedic.archive: 1 entries wait since .*blob type/);
  await container.getBlockBlobClient(blobOf("inc-00-stuck", 1)).delete();
  await sweepOnce();
  await expectWhole("inc-00-stuck");
});

test("another archive in place of the old one gets everything", async () => {
  await stores.stop("blob");
  stores.forget("blob");
  await stores.start("blob");
  await sweepOnce();
  for (const id of ["inc-1", "inc-2", "inc-race", "inc-bent"]) await expectWhole(id);
  expect(lines.join("\n")).toContain("error pgmedic.archive: this archive is not the one from before");
});

test("a sweep that comes while the archive of the one before goes on begins no second pass beside it", async () => {
  const { system } = services();
  const real = system.archiveProgress.bind(system);
  const waiting: (() => void)[] = [];
  const spy = vi.spyOn(system, "archiveProgress").mockImplementation(async () => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return real();
  });
  const none = { getStatus: () => Promise.reject(new Error("404")) };
  const runs = { ...none, startNew: () => Promise.resolve(""), raiseEvent: () => Promise.resolve() };
  const sweep = () => wholeSweep(runs, log, { limitMs: 2_000, atOnce: 1 });
  await sweep();
  await sweep();
  expect(waiting).toHaveLength(1);
  await appendEntries("inc-1", "meanwhile");
  waiting[0]?.();
  await eventually(async () => ((await keysOf("inc-1")).includes("meanwhile") ? true : null), { what: "the entry" });
  spy.mockRestore();
});
