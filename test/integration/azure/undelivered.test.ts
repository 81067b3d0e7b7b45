// The sweep finds alerts that Azure Monitor reports as fired and that never arrived, through the local cloud.
import { afterAll, beforeAll, expect, test } from "vitest";
import { MINUTE_MS } from "../../../shared/core/time.ts";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { anAlert } from "../../support/alerts.ts";
import { eventually } from "../../support/cloud.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { aListedAlert, RESOURCE } from "../../support/listed-alerts.ts";

let platform: Platform;
let azure: Fake;
let reply: () => Reply = () => ({ status: 200, body: { value: [] } });
beforeAll(async () => {
  azure = await startFake(() => reply());
  platform = await startPlatform({ RESOURCE_MANAGER_ENDPOINT: azure.url });
  const connection = { kind: "url", urlSetting: "NOT_THERE" };
  const server = { displayName: "Shop", resourceId: RESOURCE, environment: "staging", enabled: true, connection };
  expect((await platform.call("PUT", "api/servers/shop", server)).status).toBe(201);
}, 90_000);
afterAll(async () => {
  await platform?.stop();
  await azure?.stop();
});

/** Sweeps in a host that has just started, which asks Azure at once; answers when the sweep is over. */
async function sweep(): Promise<void> {
  const before = azure.asked.length;
  await platform.restart("host");
  await platform.call("POST", "admin/functions/sweep");
  await eventually(async () => (azure.asked.length > before ? true : null), { what: "the question to Azure" });
}
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
const openedBy = async (): Promise<string[]> =>
  (await platform.documents.incidents.list()).flatMap(({ alerts }) =>
    alerts.map(({ alertId }) => alertId.split("/").at(-1) ?? ""),
  );

test("an alert that was never delivered opens an incident, one that was received does not open a second", async () => {
  const received = anAlert({ alertId: "11111111-received", metric: "storage_percent", target: RESOURCE });
  expect((await platform.call("POST", "api/alerts", received)).status).toBe(202);
  reply = () => ({
    status: 200,
    body: {
      value: [
        aListedAlert({ guid: "11111111-RECEIVED", startedAt: ago(30) }),
        aListedAlert({ guid: "22222222-lost", startedAt: ago(30) }),
        aListedAlert({ guid: "33333333-on-its-way", rule: "memory-high", startedAt: ago(1) }),
      ],
    },
  });
  await sweep();
  await eventually(async () => ((await openedBy()).includes("22222222-lost") ? true : null), {
    what: "the lost alert",
  });
  expect((await openedBy()).toSorted()).toEqual(["11111111-received", "22222222-lost"]);
});

test("the next sweep finds its receipt and opens nothing more", async () => {
  // The list is read from first to last: when the newest one is there, those before it have been looked at.
  const [received, lost] = ["11111111-RECEIVED", "22222222-lost"].map((guid) =>
    aListedAlert({ guid, startedAt: ago(30) }),
  );
  const later = aListedAlert({ guid: "44444444-later", rule: "memory-high", startedAt: ago(10) });
  reply = () => ({ status: 200, body: { value: [received, lost, later] } });
  await sweep();
  await eventually(async () => ((await openedBy()).includes("44444444-later") ? true : null), {
    what: "the later alert",
  });
  expect((await openedBy()).toSorted()).toEqual(["11111111-received", "22222222-lost", "44444444-later"]);
});

test("an alert that came before its server was registered is taken in once it is", async () => {
  const target = RESOURCE.replace(/[^/]+$/, "crm");
  const early = anAlert({ alertId: "55555555-early", metric: "cpu_percent", target });
  expect((await platform.call("POST", "api/alerts", early)).status).toBe(202);
  expect(await openedBy()).not.toContain("55555555-early");
  const connection = { kind: "url", urlSetting: "NOT_THERE" };
  const server = { displayName: "CRM", resourceId: target, environment: "staging", enabled: true, connection };
  expect((await platform.call("PUT", "api/servers/crm", server)).status).toBe(201);
  reply = () => ({
    status: 200,
    body: { value: [aListedAlert({ guid: "55555555-early", startedAt: ago(30), resource: target })] },
  });
  await sweep();
  await eventually(async () => ((await openedBy()).includes("55555555-early") ? true : null), {
    what: "the early alert",
  });
});

test.each([403, 429, 500])("a sweep to which Azure answers %i goes on, and says so", async (status) => {
  reply = () => ({ status, body: { error: { code: "E", message: "no" } }, headers: { "retry-after": "60" } });
  await sweep();
  const line = /warning? sweep: Azure's alerts on shop are not known: .*/;
  expect(await eventually(async () => line.exec(platform.log())?.[0] ?? null, { what: "the warning" })).toBeDefined();
});
