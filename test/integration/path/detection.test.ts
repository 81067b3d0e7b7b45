// What is unusual opens an incident by itself: a real PostgreSQL whose statements become slow, the real host with its timer, documents and
// messages, and a baseline that was learnt before.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BaselineMetric, BaselinesView, type Detection } from "../../../shared/contracts/baseline.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { dueOf } from "../../../shared/core/anomalies.ts";
import { newDetection } from "../../../shared/core/detection.ts";
import { isAheadOfAlerts } from "../../../shared/core/schedules.ts";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { anAnomaly, taughtBaseline } from "../../support/baselines.ts";
import { eventually } from "../../support/cloud.ts";
import { startCluster } from "../../support/postgres.ts";

let cluster: Awaited<ReturnType<typeof startCluster>>;
let platform: Platform;
let database: Awaited<ReturnType<typeof cluster.createDatabase>>;
beforeAll(async () => {
  cluster = await startCluster();
  database = await cluster.createDatabase();
  await database.query("create extension pg_stat_statements");
  platform = await startPlatform({ SHOP_URL: cluster.url(database.name) });
});
afterAll(async () => {
  await platform.stop();
  await cluster.stop();
});

const resourceOf = (serverId: string): string =>
  `/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/${serverId}`;
async function aServer(serverId: string, wish: { detection?: boolean; enabled?: boolean } = {}): Promise<void> {
  const connection = { kind: "url", urlSetting: "SHOP_URL" };
  const registration = { displayName: serverId, resourceId: resourceOf(serverId), environment: "staging", connection };
  const answer = await platform.call("PUT", `api/servers/${serverId}`, { enabled: true, ...registration, ...wish });
  expect(answer.status).toBeLessThan(300);
}

/** Four weeks in which a figure was always about the same. */
const taught = (serverId: string, metric: BaselineMetric, usual: number): Promise<void> =>
  platform.documents.baselines.change(serverId, metric, () => taughtBaseline(metric, { serverId, usual: () => usual }));

/** Keeps the server at work with statements of about so many milliseconds, until `stop`. */
function working(ms: number): { stop: () => Promise<void> } {
  let isOver = false;
  const loop = async (): Promise<void> => {
    while (!isOver) await database.query("select pg_sleep($1)", [ms / 1_000]);
  };
  const ended = loop();
  return {
    stop: async () => {
      isOver = true;
      await ended;
    },
  };
}

const stored = (serverId: string): Promise<Detection | null> => platform.documents.baselines.detection(serverId);
const change = (serverId: string, wish: (state: Detection) => Partial<Detection>): Promise<void> =>
  platform.documents.baselines.changeDetection(serverId, (known) => {
    const state = known ?? newDetection(serverId);
    return { next: { ...state, ...wish(state) }, answer: undefined };
  });

/** What is counted between two snapshots counts from 20 seconds on. */
const APART_MS = 21_000;

/** Waits until the last snapshot is old enough to count from, also where the host's own timer takes one meanwhile. */
async function untilApart(serverId: string): Promise<void> {
  for (;;) {
    const last = await platform.documents.snapshots.lastTakenAt(serverId);
    const left = last === null ? 0 : Date.parse(last) + APART_MS - Date.now();
    if (left <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, left));
  }
}

/** Has the timer's function run, as it does each minute anyway, and waits until it has taken in what happened on the server since the last one. */
async function minute(serverId: string): Promise<Detection> {
  await untilApart(serverId);
  const before = (await stored(serverId))?.lastAt ?? "";
  expect((await platform.call("POST", "admin/functions/takeSnapshots")).status).toBe(202);
  return eventually(
    async () => {
      const state = await stored(serverId);
      return state !== null && (state.lastAt ?? "") > before ? state : null;
    },
    { withinMs: 30_000, what: `the next minute of ${serverId}` },
  );
}
const incidentsOn = (serverId: string): Promise<Incident[]> => platform.documents.incidents.list({ serverId });
const untilTold = (serverId: string): Promise<Detection> =>
  eventually(
    async () => {
      const state = await stored(serverId);
      return state !== null && state.anomalies.length > 0 && state.anomalies.every((one) => dueOf(one) === null)
        ? state
        : null;
    },
    { withinMs: 30_000, what: `all anomalies of ${serverId} to be told of` },
  );

/** Minutes of the host pass in them. */
const SLOWLY = { timeout: 400_000 } as const;
/** A second try begins with a server that nothing is known of. */
let attempts = 0;
test("statements that became slow open an incident, once; it is noted when they are as before", SLOWLY, async () => {
  attempts += 1;
  const id = `slow-${attempts}`;
  await aServer(id);
  await taught(id, "latency", 3);
  const slow = working(40);
  await minute(id);
  // As after four such minutes before this one.
  await change(id, () => ({ recent: { latency: "hhhh" } }));
  await minute(id);
  const told = await untilTold(id);
  const [anomaly] = told.anomalies;
  expect(anomaly).toMatchObject({ kind: "latency", told: "fired", endedAt: null });
  expect(anomaly?.value).toBeGreaterThan(30);
  expect(anomaly?.said).toMatch(/^mean statement time [\d.]+ σ above \w+days \d\d:00 UTC: [45]\d ms, usually 3 ms$/);
  const [incident, ...others] = await incidentsOn(id);
  if (incident === undefined) throw new Error("no incident was opened");
  expect(others).toEqual([]);
  expect(incident.title).toBe(`latency above baseline on ${id}`);
  expect(incident.timeline[0]?.text).toBe(`latency above baseline fired: ${anomaly?.said}.`);
  expect(isAheadOfAlerts(incident)).toBe(true);

  await minute(id);
  expect((await incidentsOn(id)).map(({ alerts }) => alerts.length)).toEqual([1]);
  expect((await stored(id))?.running["latency"], "what deviates teaches nothing").toBeUndefined();

  const answer = await platform.call("GET", `api/servers/${id}/baselines`);
  expect(BaselinesView.parse(await answer.json())).toMatchObject({
    state: "watching",
    anomalies: [{ kind: "latency", endedAt: null, incidentId: incident.incidentId }],
  });

  await slow.stop();
  const calm = working(1);
  await minute(id);
  await change(id, ({ recent }) => ({ recent: { ...recent, latency: "c".repeat(29) } }));
  await minute(id);
  await calm.stop();
  await eventually(async () => ((await stored(id))?.anomalies[0]?.told === "all" ? true : null), {
    // A minute that the host's own timer took in shortly before leaves nothing to count; its next one does.
    withinMs: 150_000,
    what: "the end to be told of",
  });
  const [after, ...more] = await incidentsOn(id);
  expect(more).toEqual([]);
  expect(after?.alertResolvedAt).not.toBeNull();
  expect(after?.timeline.map(({ text }) => text)).toContain("PgMedic's detection reports the alert as resolved.");
});

test(
  "an anomaly that was noted before a kill is told of by the next minute, and one that was told before it is not told again",
  SLOWLY,
  async () => {
    await aServer("killed");
    await minute("killed");
    await change("killed", () => ({ anomalies: [anAnomaly({ since: new Date().toISOString() })] }));
    await platform.restart("host");
    await minute("killed");
    const told = await untilTold("killed");
    expect(await incidentsOn("killed")).toMatchObject([{ alerts: [{ metric: "cpu_percent", value: 71 }] }]);
    // As if it had been killed after the incident was there, and before it was noted.
    await change("killed", ({ anomalies }) => ({
      anomalies: anomalies.map((one) => ({ ...one, told: "nothing" as const, incidentId: null })),
    }));
    await minute("killed");
    expect((await untilTold("killed")).anomalies[0]?.incidentId).toBe(told.anomalies[0]?.incidentId);
    expect((await incidentsOn("killed")).map(({ alerts }) => alerts.length)).toEqual([1]);
  },
);

test("where detection is switched off, nothing is learnt, and a disabled server is not even read", async () => {
  await aServer("off", { detection: false });
  await aServer("disabled", { enabled: false });
  await aServer("on");
  await minute("on");
  expect([await stored("off"), await stored("disabled")]).toEqual([null, null]);
  expect(await platform.documents.snapshots.lastTakenAt("off")).not.toBeNull();
  const answer = await platform.call("GET", "api/servers/off/baselines");
  expect(BaselinesView.parse(await answer.json())).toMatchObject({ state: "off", metrics: [] });
});
