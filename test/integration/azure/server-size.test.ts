// The size of a server through Azure's own client, against answers of the shapes that Resource Manager gives.
import { afterEach, expect, test } from "vitest";
import { flexibleServersOf } from "../../../shared/adapters/flexible-servers.ts";
import { platformOf, type SizeChange } from "../../../shared/adapters/platform.ts";
import { type Answering, azureAnswers, failure } from "../../support/azure-answers.ts";
import type { Asked, Fake, Reply } from "../../support/http-fake.ts";
import { RESOURCE } from "../../support/listed-alerts.ts";

let fake: Fake | undefined;
afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

const PACE = { patienceMs: 2_000, pollMs: 20 };
const server =
  (sku: string, state = "Ready", storageSizeGB = 128) =>
  (): Reply => ({
    status: 200,
    body: {
      id: RESOURCE,
      name: "shop",
      type: "Microsoft.DBforPostgreSQL/flexibleServers",
      location: "West Europe",
      sku: { name: sku, tier: "GeneralPurpose" },
      properties: {
        state,
        version: "17",
        storage: { type: "", iops: 500, tier: "P10", storageSizeGB, autoGrow: "Enabled" },
        highAvailability: { mode: "ZoneRedundant", state: "Healthy", standbyAvailabilityZone: "2" },
        replicationRole: "Primary",
        replica: { role: "Primary", capacity: 5 },
      },
    },
  });
const accepted = (_asked: Asked, url: string): Reply => ({
  status: 202,
  body: { operation: "UpsertServerManagementOperationV2", startTime: "2026-11-20T09:30:00.79Z" },
  headers: {
    "azure-asyncoperation": `${url}/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/westeurope/azureAsyncOperation/o1?api-version=2025-08-01`,
    "retry-after": "0",
  },
});
const operation =
  (status: string, more: object = {}) =>
  (): Reply => ({ status: 200, body: { name: "o1", status, ...more } });
const change = async (size: Omit<SizeChange, "resourceId"> & object, ...replies: Answering[]) => {
  fake = await azureAnswers(...replies);
  // One of the two sizes, as the type of the change has it.
  const wish = { resourceId: RESOURCE, ...size } as SizeChange;
  const answer = await platformOf(flexibleServersOf(fake.url), PACE).changeSize(wish);
  return { answer, asked: fake.asked };
};

test("a server is read with what its change of size depends on", async () => {
  fake = await azureAnswers((asked) =>
    asked.path.endsWith("/replicas")
      ? { status: 200, body: { value: [{ name: "r1" }] } }
      : server("Standard_D2ds_v5")(),
  );
  expect(await platformOf(flexibleServersOf(fake.url)).readResource(RESOURCE)).toEqual({
    state: "Ready",
    sku: "Standard_D2ds_v5",
    storageGiB: 128,
    // Azure leaves the kind of disk empty for the first of them.
    storageType: "Premium_LRS",
    growsByItself: true,
    highAvailability: "ZoneRedundant",
    replicationRole: "Primary",
    replicas: 1,
  });
});

test("another compute size is asked for with its tier, and followed to its end", async () => {
  const { answer, asked } = await change(
    { sku: "Standard_D4ds_v5" },
    accepted,
    operation("InProgress"),
    operation("Succeeded"),
  );
  expect(answer).toEqual({ outcome: "done" });
  expect(`${asked[0]?.method} ${asked[0]?.path}`).toBe(`PATCH ${RESOURCE}`);
  expect(JSON.parse(asked[0]?.body ?? "")).toMatchObject({
    sku: { name: "Standard_D4ds_v5", tier: "GeneralPurpose" },
    properties: {},
  });
});

test("more storage is asked for alone: nothing else of the server is written", async () => {
  const { answer, asked } = await change({ storageGiB: 256 }, accepted, operation("Succeeded"));
  expect(answer).toEqual({ outcome: "done" });
  expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ properties: { storage: { storageSizeGB: 256 } } });
});

test("who may not read operations sees the end in the server itself", async () => {
  let looks = 0;
  const { answer } = await change({ sku: "Standard_D4ds_v5" }, (asked, url) => {
    if (asked.method === "PATCH") return accepted(asked, url);
    if (asked.path.includes("azureAsyncOperation"))
      return { status: 403, body: { error: { code: "AuthorizationFailed" } } };
    looks += 1;
    return server("Standard_D4ds_v5", looks < 3 ? "Updating" : "Ready")();
  });
  expect(answer).toEqual({ outcome: "done" });
  expect(looks).toBe(3);
});

test("a change that Azure gives up says why", async () => {
  const error = { code: "SkuNotAvailable", message: "The size is not available in this zone." };
  const { answer } = await change({ sku: "Standard_D4ds_v5" }, accepted, operation("Failed", { error }));
  expect(answer).toEqual({
    outcome: "failed",
    because: "Azure gave the change up: SkuNotAvailable: The size is not available in this zone.",
  });
});

test.each([
  [
    "forbidden",
    failure(403, "AuthorizationFailed", "no"),
    "failed",
    /flexibleServers\/write.*"PostgreSQL server size"/,
  ],
  ["busy", failure(409, "ServerIsBusy", "busy"), "busy", /busy with another operation/],
])("a change that is %s says what to do", async (_kind, reply, outcome, because) => {
  const { answer } = await change({ sku: "Standard_D4ds_v5" }, reply);
  expect(answer).toEqual({ outcome, because: expect.stringMatching(because) });
});
