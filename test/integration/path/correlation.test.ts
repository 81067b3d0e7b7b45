import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { CommonAlert } from "../../../shared/contracts/alert.ts";
import { AlertAnswer } from "../../../shared/contracts/api.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { receiptId } from "../../../shared/core/alert-reading.ts";
import { readAzure } from "../../../shared/core/alert-sources/azure.ts";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { type AlertWish, anAlert } from "../../support/alerts.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
  return platform.stop;
});

/** A server that nobody can reach: its incidents stay open. */
async function aServer(serverId: string): Promise<(wish: AlertWish) => Promise<AlertAnswer>> {
  const resourceId = `/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/${serverId}`;
  const connection = { kind: "url", urlSetting: "NOT_THERE" };
  const registration = { displayName: serverId, resourceId, environment: "staging", enabled: true, connection };
  expect((await platform.call("PUT", `api/servers/${serverId}`, registration)).status).toBe(201);
  return async (wish) => {
    const answer = await platform.call("POST", "api/alerts", anAlert({ target: resourceId, ...wish }));
    expect(answer.status).toBe(202);
    return AlertAnswer.parse(await answer.json());
  };
}

const openOn = (serverId: string): Promise<Incident[]> => platform.documents.incidents.list({ serverId });

test("forty alerts of one kind at once are one incident that has them all", async () => {
  const send = await aServer("storm");
  const answers = await Promise.all(Array.from({ length: 40 }, (_, number) => send({ alertId: `storm-${number}` })));
  const incidents = await openOn("storm");
  expect(incidents).toHaveLength(1);
  expect(new Set(incidents[0]?.alerts.map(({ alertId }) => alertId)).size).toBe(40);
  expect(new Set(answers.map(({ incidentId }) => incidentId))).toEqual(new Set([incidents[0]?.incidentId]));
  expect(answers.filter(({ disposition }) => disposition === "opened")).toHaveLength(1);
});

test("alerts of other kinds and on other servers are incidents of their own", async () => {
  const [one, two] = [await aServer("one"), await aServer("two")];
  const answers = [
    await one({ alertId: "cpu", metric: "cpu_percent" }),
    await one({ alertId: "memory", metric: "memory_percent" }),
    await two({ alertId: "cpu-2", metric: "cpu_percent" }),
    await one({ alertId: "cpu-again", metric: "CPU_percent" }),
  ];
  expect(answers.map(({ disposition }) => disposition)).toEqual(["opened", "opened", "opened", "attached"]);
  expect(new Set(answers.map(({ incidentId }) => incidentId)).size).toBe(3);
});

test("a resolution that comes at the same moment as its alert is noted, or keeps it from opening anything", async () => {
  const send = await aServer("moment");
  for (let number = 0; number < 10; number += 1) {
    const wish = { alertId: `moment-${number}`, metric: `moment-${number}` };
    const [fired] = await Promise.all([send(wish), send({ ...wish, condition: "Resolved" })]);
    if (fired.incidentId === null) continue;
    const incident = await platform.documents.incidents.read(fired.incidentId);
    expect(incident?.alertResolvedAt, `moment-${number}`).not.toBeNull();
  }
});

async function close({ incidentId, correlationKey }: Incident): Promise<void> {
  const { incidents, alerts } = platform.documents;
  const at = new Date().toISOString();
  await incidents.change(incidentId, (incident) => ({
    ...incident,
    state: "dismissed",
    resolution: { path: "noAction", because: "closed by the test", at },
    outbox: [],
  }));
  await alerts.closeOpen({ incidentId, correlationKey });
}

test("an alert that is delivered again after its incident was closed opens nothing and leaves nothing open", async () => {
  const send = await aServer("again");
  const { incidentId } = await send({ alertId: "again" });
  const [incident] = await openOn("again");
  if (incident === undefined || incidentId === null) throw new Error("it should have opened one");
  await close(incident);
  // As if the host had been killed before it wrote the receipt.
  const id = receiptId(readAzure(CommonAlert.parse(anAlert({ alertId: "again" }))));
  const { documents } = platform.documents;
  await documents.remove({ container: "alerts", id, partition: id });
  expect((await send({ alertId: "again" })).incidentId).toBe(incidentId);
  expect(await openOn("again")).toMatchObject([{ state: "dismissed", alerts: [{}] }]);
  const key = { container: "alerts", id: incident.correlationKey, partition: incident.correlationKey } as const;
  expect(await documents.read(key, z.unknown())).toBeNull();
  expect((await send({ alertId: "next" })).disposition).toBe("opened");
});

test("the next alert finishes what a killed host began with the first", async () => {
  const send = await aServer("half");
  const first = await send({ alertId: "first" });
  const [incident] = await openOn("half");
  if (incident === undefined) throw new Error("it should have opened one");
  // As if only the open key had been written.
  const { documents } = platform.documents;
  await documents.remove({ container: "incidents", id: incident.incidentId, partition: incident.incidentId });
  expect(await send({ alertId: "second" })).toMatchObject({ incidentId: first.incidentId, disposition: "attached" });
  const [finished] = await openOn("half");
  expect(finished?.alerts).toHaveLength(2);
});
