// Azure lists an alert for as long as nobody closes it: what opens nothing is not taken in, and not told, every five minutes.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { receive } from "../../../functions/receive-alert.ts";
import { services } from "../../../functions/services.ts";
import { receiveUndelivered } from "../../../functions/undelivered-alerts.ts";
import { CommonAlert } from "../../../shared/contracts/alert.ts";
import { receiptId } from "../../../shared/core/alert-reading.ts";
import { readAzure } from "../../../shared/core/alert-sources/azure.ts";
import { later, MINUTE_MS } from "../../../shared/core/time.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Fake, startFake } from "../../support/http-fake.ts";
import { aListedAlert, RESOURCE } from "../../support/listed-alerts.ts";
import { aServer, startDocuments } from "../../support/steps.ts";

let documents: Awaited<ReturnType<typeof startDocuments>>;
let azure: Fake;
let listed: unknown[] = [];
let moment = new Date();
const warned: string[] = [];
const server = aServer({ resourceId: RESOURCE });

beforeAll(async () => {
  azure = await startFake(() => ({ status: 200, body: { value: listed } }));
  process.env["RESOURCE_MANAGER_ENDPOINT"] = azure.url;
  documents = await startDocuments();
  await documents.servers.put(server);
  vi.spyOn(services(), "now").mockImplementation(() => moment);
});
afterAll(async () => {
  await documents.stopAll();
  await azure.stop();
});
beforeEach(() => {
  warned.length = 0;
});

/** A round of questions, each later than the one before by what is between two rounds. */
async function askAzure(): Promise<void> {
  moment = later(moment, 6 * MINUTE_MS);
  const say = (line: unknown): void => void warned.push(String(line));
  await receiveUndelivered([server], { warn: say }, { limitMs: 5_000, atOnce: 1 });
}
const startedAt = later(moment, -30 * MINUTE_MS).toISOString();

test("an alert whose resolution has come is told once and then left alone", async () => {
  const wish = { alertId: "11111111-over", metric: "cpu_percent", target: RESOURCE, condition: "Resolved" } as const;
  const alert = readAzure(CommonAlert.parse(anAlert(wish)));
  await receive(alert);
  listed = [aListedAlert({ guid: "11111111-over", startedAt })];
  const kept = vi.spyOn(documents.alerts, "keep");
  for (const _ of [1, 2, 3]) await askAzure();
  expect(warned).toEqual([expect.stringContaining("ignored its resolution arrived before it")]);
  expect(kept).toHaveBeenCalledTimes(1);
  expect(await documents.alerts.read(receiptId(alert, "Fired"))).not.toBeNull();
});

test("one whose target is not registered is told once, and taken in as soon as it is", async () => {
  const target = RESOURCE.replace(/[^/]+$/, "elsewhere");
  listed = [aListedAlert({ guid: "22222222-elsewhere", startedAt, resource: target })];
  for (const _ of [1, 2, 3]) await askAzure();
  expect(warned).toEqual([expect.stringContaining("none of the alert's targets is a registered server")]);
  await documents.servers.put(aServer({ serverId: "elsewhere", resourceId: target }));
  await askAzure();
  expect(warned).toHaveLength(2);
  expect((await documents.incidents.list()).map(({ serverId }) => serverId)).toEqual(["elsewhere"]);
});
