// Servers are looked at by the clock: through the API, the real host and its timer, documents and messages, and a real PostgreSQL.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { type Schedule, ScheduleList } from "../../../shared/contracts/schedule.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";
import { alertOf } from "../../../shared/core/schedules.ts";
import { later, MINUTE_MS } from "../../../shared/core/time.ts";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { eventually } from "../../support/cloud.ts";
import { startCluster } from "../../support/postgres.ts";

let cluster: Awaited<ReturnType<typeof startCluster>>;
let platform: Platform;
beforeAll(async () => {
  cluster = await startCluster();
  const database = await cluster.createDatabase();
  await database.query("create extension pg_stat_statements");
  platform = await startPlatform({ SHOP_URL: cluster.url(database.name) });
});
afterAll(async () => {
  await platform.stop();
  await cluster.stop();
});

let count = 0;
let serverId = "";
/** A server of this test's own: the real database, or one that nobody can reach. */
async function aServer(urlSetting: "SHOP_URL" | "NOT_THERE" = "SHOP_URL", enabled = true): Promise<void> {
  const resourceId = `/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/${serverId}`;
  const connection = { kind: "url", urlSetting };
  const registration = { displayName: serverId, resourceId, environment: "staging", enabled, connection };
  expect((await platform.call("PUT", `api/servers/${serverId}`, registration)).status).toBeLessThan(300);
}
beforeEach(() => {
  count += 1;
  serverId = `shop-${count}`;
});

const ADAPTIVE = { kind: "adaptive", shortestMinutes: 60, longestMinutes: 240 };
const put = (body: object = {}, scheduleId = serverId): Promise<Response> =>
  platform.call("PUT", `api/schedules/${scheduleId}`, {
    serverId,
    playbook: "generalMonitoring",
    cadence: ADAPTIVE,
    ...body,
  });
const stored = async (): Promise<Schedule> => {
  const { schedules } = await platform.documents.schedules.list();
  const found = schedules.find(({ scheduleId }) => scheduleId === serverId);
  if (found === undefined) throw new Error(`there is no schedule ${serverId}`);
  return found;
};
/** Makes the next run due now, as time would. Answers the slot. */
async function pass(scheduleId = serverId): Promise<string> {
  const nextAt = later(new Date(), -MINUTE_MS).toISOString();
  await platform.documents.schedules.change(scheduleId, (known) => known && { ...known, nextAt });
  return nextAt;
}
/** Has the timer's function run now, and waits for its end. */
async function tick(): Promise<void> {
  const before = (await stored()).runs.length;
  expect((await platform.call("POST", "admin/functions/runSchedules")).status).toBe(202);
  await eventually(async () => ((await stored()).runs.length > before ? true : null), {
    what: "the run of a schedule",
  });
}
const incidents = (): Promise<Incident[]> => platform.documents.incidents.list({ serverId });
const untilLooked = (): Promise<Incident> =>
  eventually(
    async () => {
      const [incident] = await incidents();
      return incident !== undefined && isClosed(incident.state) ? incident : null;
    },
    { withinMs: 60_000, what: "the end of a scheduled look" },
  );

test("a schedule that is due has the server looked at, and a healthy one is looked at more rarely", async () => {
  await aServer();
  expect((await put()).status).toBe(200);
  await pass();
  await tick();
  const incident = await untilLooked();
  expect(incident).toMatchObject({
    state: "dismissed",
    diagnosis: { verdict: "healthy", playbook: "generalMonitoring" },
  });
  expect(incident.alerts[0]?.rule).toBe("Scheduled check (generalMonitoring)");
  expect((await stored()).intervalMinutes).toBe(60);
  await pass();
  await tick();
  await eventually(async () => ((await incidents()).length === 2 ? true : null), { what: "the second look" });
  expect((await stored()).intervalMinutes, "nothing was found").toBe(120);
  const answer = await platform.call("GET", "api/schedules");
  const { schedules } = ScheduleList.parse(await answer.json());
  expect(schedules.find(({ scheduleId }) => scheduleId === serverId)?.runs[1]).toMatchObject({
    said: "looked at",
    incidentId: incident.incidentId,
    verdict: "healthy",
    path: "noAction",
  });
});

test("a run that was killed before it was noted is made up for, and its look is one", async () => {
  await aServer();
  await put();
  const slot = await pass();
  const schedule = await stored();
  await tick();
  await untilLooked();
  await platform.documents.schedules.change(serverId, () => schedule);
  await tick();
  expect(await incidents()).toHaveLength(1);
  expect((await stored()).runs).toEqual([
    { at: slot, incidentId: (await incidents())[0]?.incidentId, said: "looked at" },
  ]);
  expect(alertOf(schedule, slot).alertId).toBe(`schedule/${serverId}`);
});

test("while a look is open, the next one waits for its turn", async () => {
  await aServer();
  await put();
  await pass();
  await tick();
  const { incidentId } = await untilLooked();
  await platform.documents.incidents.change(incidentId, (incident) => ({ ...incident, state: "awaitingApproval" }));
  await pass();
  await tick();
  expect((await stored()).runs[0]).toMatchObject({ incidentId: null, said: "the last look is still open" });
  expect(await incidents()).toHaveLength(1);
});

test("a server that is disabled or gone is not looked at, and the schedule says why", async () => {
  await aServer("SHOP_URL", false);
  await put();
  await pass();
  await tick();
  expect((await stored()).runs[0]?.said).toBe("PgMedic was not enabled on the server");
  await platform.call("DELETE", `api/servers/${serverId}`, {});
  await pass();
  await tick();
  expect((await stored()).runs[0]?.said).toBe("the server is not registered any more");
  expect(await incidents()).toEqual([]);
});

test("a schedule that is off or removed does not run, while another one does", async () => {
  await aServer();
  await put();
  await put({ enabled: false, playbook: "dailySummary" }, `${serverId}-off`);
  await put({ playbook: "tuneSettings" }, `${serverId}-gone`);
  for (const id of [serverId, `${serverId}-off`, `${serverId}-gone`]) await pass(id);
  expect((await platform.call("DELETE", `api/schedules/${serverId}-gone`, {})).status).toBe(204);
  await tick();
  expect((await incidents()).map(({ alerts }) => alerts[0]?.alertId)).toEqual([`schedule/${serverId}`]);
});

test.each([
  {
    wish: { cadence: { kind: "cron", expression: "* * * * *" } },
    status: 422,
    said: "more often than every 15 minutes",
  },
  { wish: { cadence: { kind: "cron", expression: "0 6 * *  " } }, status: 422, said: "must have five fields" },
  {
    wish: { cadence: { kind: "adaptive", shortestMinutes: 1, longestMinutes: 60 } },
    status: 400,
    said: "shortestMinutes",
  },
  { wish: { playbook: "everything" }, status: 422, said: "There is no playbook" },
  { wish: { serverId: "nobody" }, status: 422, said: "There is no server" },
])("a wish that cannot be met is refused with the reason: $said", async ({ wish, status, said }) => {
  await aServer();
  const answer = await put(wish);
  expect(answer.status).toBe(status);
  expect(await answer.text()).toContain(said);
});
