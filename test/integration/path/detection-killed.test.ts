// Detection upon real documents, minute after minute without the wait: whatever write it is killed at, an hour is learnt once, and an anomaly
// is one incident.
import { afterEach, expect, test, vi } from "vitest";
import { detect } from "../../../functions/detect.ts";
import { services } from "../../../functions/services.ts";
import { Server } from "../../../shared/contracts/server.ts";
import { hourIndexOf } from "../../../shared/core/baselines.ts";
import { later, MINUTE_MS } from "../../../shared/core/time.ts";
import { aReading, taughtBaseline } from "../../support/baselines.ts";
import { anIncident } from "../../support/incidents.ts";
import { aServer } from "../../support/steps.ts";
import { withDocuments } from "../../support/with-documents.ts";

withDocuments();
afterEach(() => void vi.restoreAllMocks());

/** A full hour; what was learnt ends with it. */
const BEGIN = new Date("2026-11-24T14:00:00.000Z");
const HOUR = hourIndexOf(BEGIN.toISOString());
const quietly = { warn: () => {} };

async function aWatchedServer(serverId: string): Promise<Server> {
  const server = aServer({ serverId, resourceId: `/servers/${serverId}` });
  await services().servers.put(server);
  const taught = taughtBaseline("latency", { serverId, usual: () => 6, until: BEGIN.toISOString() });
  await services().baselines.change(serverId, "latency", () => taught);
  return server;
}

const minuteOf = (minute: number, latency: number) => ({
  reading: aReading(later(BEGIN, minute * MINUTE_MS).toISOString(), { latency }),
  expiries: [],
});
async function watch(server: Server, from: number, latencies: readonly number[]): Promise<void> {
  for (const [index, latency] of latencies.entries()) await detect(server, minuteOf(from + index, latency), quietly);
}
const row = (count: number, latency: number): number[] => Array.from({ length: count }, () => latency);
const incidentsOn = (serverId: string) => services().incidents.list({ serverId });

/** From the 58th minute of the hour on: in these the hour is handed over, and slow statements become an anomaly. */
const LATE_MINUTES = [6, 41, 41, 41, 41, 41, 41];

test("an hour is learnt and an anomaly is told of", async () => {
  const server = await aWatchedServer("whole");
  await watch(server, 0, row(57, 6));
  await watch(server, 57, LATE_MINUTES);
  const learnt = (await services().baselines.all("whole")).get("latency");
  expect(learnt).toMatchObject({ lastHour: HOUR, hours: 4 * 168 + 1 });
  expect(await incidentsOn("whole")).toMatchObject([{ alerts: [{ rule: "latency above baseline" }] }]);
});

test("killed at any write, and repeated, it comes to the same", async () => {
  const { documents } = services();
  const writes = { create: documents.create.bind(documents), replace: documents.replace.bind(documents) };
  const whole = (await services().baselines.all("whole")).get("latency");
  let kills = 0;
  for (let deadly = 1; deadly <= 20; deadly += 1) {
    const server = await aWatchedServer(`killed-${deadly}`);
    await watch(server, 0, row(57, 6));
    let count = 0;
    const dies = async <T>(write: () => Promise<T>): Promise<T> => {
      count += 1;
      if (count === deadly) throw new Error("killed");
      return write();
    };
    vi.spyOn(documents, "create").mockImplementation((...given) => dies(() => writes.create(...given)));
    vi.spyOn(documents, "replace").mockImplementation((...given) => dies(() => writes.replace(...given)));
    for (const [index, latency] of LATE_MINUTES.entries()) {
      const minute = minuteOf(57 + index, latency);
      await detect(server, minute, quietly).catch(async (failure: unknown) => {
        expect(String(failure)).toContain("killed");
        kills += 1;
        await detect(server, minute, quietly);
      });
    }
    vi.restoreAllMocks();
    const learnt = (await services().baselines.all(server.serverId)).get("latency");
    expect({ ...learnt, serverId: "whole" }, `${deadly}`).toEqual(whole);
    const incidents = await incidentsOn(server.serverId);
    expect(
      incidents.map(({ alerts }) => alerts.length),
      `${deadly}`,
    ).toEqual([1]);
    const [anomaly] = (await services().baselines.detection(server.serverId))?.anomalies ?? [];
    expect(anomaly, `${deadly}`).toMatchObject({ told: "fired", incidentId: incidents[0]?.incidentId });
  }
  expect(kills).toBeGreaterThan(10);
});

test("two processes at once take a minute in once", async () => {
  const server = await aWatchedServer("twice");
  for (let minute = 0; minute <= 60; minute += 1)
    await Promise.all([1, 2].map(() => detect(server, minuteOf(minute, 6), quietly)));
  const learnt = (await services().baselines.all("twice")).get("latency");
  const once = (await services().baselines.all("whole")).get("latency");
  expect(learnt).toMatchObject({ lastHour: HOUR, hours: once?.hours });
  const readings = (baseline: typeof learnt): number | undefined =>
    baseline?.buckets.find((bucket) => bucket?.[0] === HOUR)?.[2];
  expect(readings(learnt)).toBe(readings(once));
});

test("what PgMedic carries out is no anomaly while it does", async () => {
  const server = await aWatchedServer("acting");
  const incident = anIncident({ incidentId: "inc-acting", serverId: "acting", state: "executing", outbox: [] });
  await services().incidents.create(incident);
  const holder = {
    runId: "inc-acting-r1",
    incidentId: "inc-acting",
    fencingToken: 1,
    leaseUntil: later(new Date(), MINUTE_MS).toISOString(),
  };
  await services().servers.changeLock("acting", (state) => ({ next: { ...state, holder }, answer: null }));
  await watch(server, 0, row(30, 400));
  expect((await services().baselines.detection("acting"))?.anomalies).toEqual([]);
  await services().incidents.change("inc-acting", (known) => ({ ...known, state: "resolved" }));
  await watch(server, 30, row(6, 400));
  expect((await services().baselines.detection("acting"))?.anomalies).toMatchObject([{ kind: "latency" }]);
});

test("a server that was registered before there was detection is watched", () => {
  const { detection: _, ...older } = aServer();
  expect(Server.parse(older).detection).toBe(true);
});
