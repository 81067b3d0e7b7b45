// A real incident through the local cloud: its whole chain reaches the archive by itself, and the command finds it as it was written.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { blobConnectionString } from "../../../infra/local/blob/access.ts";
import { COSMOS_KEY } from "../../../infra/local/cosmos/server.ts";
import { startLoad } from "../../../infra/local/demo/load.ts";
import { type Archive, archiveOf } from "../../../shared/adapters/archive.ts";
import { AlertAnswer, AuditAnswer, AuditEntry } from "../../../shared/contracts/api.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";
import { blobOf } from "../../../shared/core/audit-archive.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, eventually, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { runTool } from "../../support/run-tool.ts";

let cloud: Cloud;
let archive: Archive;
let incidentId: string;
beforeAll(async () => {
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
  archive = archiveOf({ connectionString: blobConnectionString(cloud.settings.PGMEDIC_BLOB_PORT) });
});
afterAll(() => cloud?.stop());

const signal = new AbortController().signal;
const archived = async (): Promise<(AuditEntry | null)[]> =>
  (await archive.read(blobOf(incidentId, 1), AuditEntry, signal))?.lines ?? [];
const live = async (): Promise<AuditEntry[]> =>
  AuditAnswer.parse((await cloud.call("GET", `incidents/${incidentId}/audit`)).body).entries;
const whats = (entries: readonly (AuditEntry | null)[]): (string | undefined)[] => entries.map((entry) => entry?.what);

/** Runs the timer at once, as Azure's admin API does. The host may be down. */
const sweep = (): Promise<unknown> =>
  fetch(`${cloud.host}/admin/functions/sweep`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.timeout(5_000),
  }).then(
    (answer) => answer.body?.cancel(),
    () => {},
  );

const untilArchived = () =>
  eventually(
    async () => {
      const entries = await live().catch(() => null); // the host may be starting
      return entries !== null && (await archived()).length === entries.length ? entries : null;
    },
    { withinMs: 120_000, what: "the whole chain in the archive" },
  );

test("from alert to verified fix, every entry is in the archive within two minutes, by the sweep's own timer", async () => {
  const parameter = () => 1 + Math.floor(Math.random() * 100_000);
  const work = { text: "select id, total from orders where customer_id = $1", parameter };
  const load = startLoad(cloud.shop("shop_app"), work, { clients: 3, paceMs: 50 });
  await sleep(3_500);
  const answer = await cloud.postAlert(anAlert({ alertId: "archived-1", target: cloud.resourceId }));
  incidentId = AlertAnswer.parse(answer.body).incidentId ?? "";
  const { proposal } = await untilState(cloud, incidentId, ["awaitingApproval"]);
  const body = { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict: "approve" };
  await cloud.call("POST", `incidents/${incidentId}/decision`, { body });
  const closed = await eventually(
    async () => {
      const incident = await cloud.incident(incidentId);
      return isClosed(incident.state) ? incident : null;
    },
    { withinMs: 90_000, what: "the end of the incident" },
  );
  await load.stop();
  expect(closed.state).toBe("resolved");

  const entries = await untilArchived();
  expect(await archived()).toEqual(entries);
  expect(entries.length).toBeGreaterThanOrEqual(4);
  expect(whats(entries)).toContain("proposed");
});

test("a host that is killed while it archives leaves the chain whole", async () => {
  const RunFile = z.looseObject({ children: z.record(z.string(), z.looseObject({ pid: z.number() })) });
  const pidOf = (name: string): number | undefined =>
    RunFile.parse(JSON.parse(readFileSync(join(cloud.settings.PGMEDIC_STATE, "run.json"), "utf8"))).children[name]?.pid;
  const note = async (): Promise<void> => {
    const asked = await cloud.call("POST", `incidents/${incidentId}/actions/activity`, { body: { parameters: {} } });
    expect(asked.status).toBeLessThan(300);
  };
  const before = (await live()).length;
  await note();
  await eventually(async () => ((await live()).length > before ? true : null), { what: "the diagnostic's entry" });
  void sweep();
  await sleep(Math.random() * 150);
  const pid = pidOf("host");
  if (pid !== undefined) process.kill(pid, "SIGKILL");
  await eventually(async () => (pidOf("host") !== undefined && pidOf("host") !== pid ? true : null), {
    what: "the host",
  });
  // By hand once the host answers again: the timer comes within a minute.
  await eventually(() => live().catch(() => null), { what: "an answer of the host" });
  await sweep();
  const entries = await untilArchived();
  expect(await archived()).toEqual(entries);
});

test("the command finds nothing wrong with it, and the planted change at once", async () => {
  const env = {
    ARCHIVE_CONNECTION_STRING: blobConnectionString(cloud.settings.PGMEDIC_BLOB_PORT),
    COSMOS_ENDPOINT: `http://127.0.0.1:${cloud.settings.PGMEDIC_COSMOS_PORT}`,
    COSMOS_KEY,
  };
  const verify = () =>
    runTool(["--disable-warning=ExperimentalWarning", "functions/cli/main.ts", "audit", "verify"], { env });
  expect(await verify()).toMatchObject({ code: 0, output: expect.stringContaining("nothing was tampered with") });
  const { CosmosClient } = await import("@azure/cosmos");
  const client = new CosmosClient({
    endpoint: env.COSMOS_ENDPOINT,
    key: COSMOS_KEY,
    connectionPolicy: { enableEndpointDiscovery: false },
  });
  await client.database("pgmedic").container("incidents").item("audit-000002", incidentId).delete();
  client.dispose();
  const found = await verify();
  expect(found.output).toContain(`${incidentId} (live documents): entry 2 is missing`);
  expect(found.code).toBe(1);
});
