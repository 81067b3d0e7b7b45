// The local Resource Manager, through the adapters and Azure's own client: what it says is done is done to a real PostgreSQL.
import { afterAll, beforeAll, expect, test } from "vitest";
import { alertRules } from "../../../infra/local/monitor/rules.ts";
import { alertSweepOf } from "../../../shared/adapters/alert-sweep.ts";
import { flexibleServersOf } from "../../../shared/adapters/flexible-servers.ts";
import { platformOf } from "../../../shared/adapters/platform.ts";
import { metricCondition } from "../../../shared/contracts/alert.ts";
import { eventually } from "../../support/cloud.ts";
import { RESOURCE } from "../../support/listed-alerts.ts";
import { type LocalAzure, startLocalAzure } from "../../support/local-azure.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";

let cluster: Cluster;
let database: Awaited<ReturnType<Cluster["createDatabase"]>>;
let azure: LocalAzure;
beforeAll(async () => {
  cluster = await startCluster();
  database = await cluster.createDatabase();
  azure = await startLocalAzure(cluster.url());
});
afterAll(async () => {
  await azure?.stop();
  await cluster?.stop();
});

const platform = (url = azure.url) => platformOf(flexibleServersOf(url), { patienceMs: 20_000, pollMs: 100 });
const set = (name: string, value: string) => platform().setServerParameter({ resourceId: RESOURCE, name, value });
const shown = async (name: string): Promise<string | undefined> =>
  (await database.query<{ setting: string }>("select setting from pg_settings where name = $1", [name])).rows[0]
    ?.setting;

test("a parameter is set on the server, in its own unit, and set back", async () => {
  const before = (await shown("max_wal_size")) ?? "";
  expect(await set("max_wal_size", "2048")).toEqual({ outcome: "done" });
  expect(await shown("max_wal_size")).toBe("2048");
  expect(await set("max_wal_size", before)).toEqual({ outcome: "done" });
  expect(await shown("max_wal_size")).toBe(before);
});

test("a value that the server does not take fails with the server's own words, and changes nothing", async () => {
  const before = await shown("checkpoint_timeout");
  expect(await set("checkpoint_timeout", "1")).toEqual({
    outcome: "failed",
    because: expect.stringMatching(/InvalidParameterValue: .*outside the valid range/),
  });
  expect(await shown("checkpoint_timeout")).toBe(before);
});

test.each([
  ["needs a restart", "max_connections", /after a restart/],
  ["is the server's own", "block_size", /read-only/],
  ["is given on the command line", "port", /read-only/],
  ["does not exist", "max_speed", /no such server or parameter \(ConfigurationNotExists/],
])("a parameter that %s is refused", async (_kind, name, because) => {
  expect(await set(name, "200")).toEqual({ outcome: "failed", because: expect.stringMatching(because) });
});

test("while one change goes on the server is busy for another", async () => {
  const slow = await startLocalAzure(cluster.url(), { delayMs: 1_500 });
  const { setServerParameter, readResource } = platform(slow.url);
  const state = async (): Promise<string | undefined> => (await readResource(RESOURCE))?.state;
  const first = setServerParameter({ resourceId: RESOURCE, name: "autovacuum_naptime", value: "30" });
  await eventually(async () => ((await state()) === "Updating" ? true : null), { what: "the change to begin" });
  expect(await setServerParameter({ resourceId: RESOURCE, name: "checkpoint_timeout", value: "600" })).toMatchObject({
    outcome: "busy",
  });
  expect(await first).toEqual({ outcome: "done" });
  expect(await state()).toBe("Ready");
  await slow.stop();
});

test("a server of somebody else's is not changed", async () => {
  const other = await startLocalAzure(undefined);
  const change = { resourceId: RESOURCE, name: "work_mem", value: "8192" };
  expect(await platform(other.url).setServerParameter(change)).toMatchObject({
    outcome: "failed",
    because: expect.stringMatching(/does not own this server/),
  });
  await other.stop();
});

test("an alert that the monitor has fired, and could not deliver, is found by the sweep", async () => {
  const busy = await startLocalAzure(cluster.url(), { sample: async () => ({ cpu_percent: 97 }), rules: alertRules });
  const fired = await eventually(
    async () => {
      const answer = await alertSweepOf(busy.url).fired(RESOURCE);
      return answer.ok && answer.alerts.length > 0 ? answer.alerts : null;
    },
    { what: "the fired alert" },
  );
  expect(fired.map(({ data }) => data.essentials)).toMatchObject([
    { alertRule: "pgmedic-cpu-percent", monitorCondition: "Fired", alertTargetIDs: [RESOURCE.toLowerCase()] },
  ]);
  expect(fired.map((alert) => metricCondition(alert)?.value)).toEqual([97]);
  await busy.stop();
});
