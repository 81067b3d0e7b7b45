import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMPUTE_SIZES, computeSize, nextLarger, nextStorage } from "../../../shared/contracts/compute-sizes.ts";
import type { ServerResource } from "../../../shared/contracts/server-resource.ts";
import type { Cause } from "../../../shared/contracts/taxonomy.ts";
import { storageGrowth } from "../../../shared/investigation/causes/storage-growth.ts";
import { undersized } from "../../../shared/investigation/causes/undersized.ts";
import { decide } from "../../../shared/investigation/decide.ts";
import { anIdleSession, anObserved, type ObservedWish } from "../../support/observed.ts";

const RESOURCE: ServerResource = {
  state: "Ready",
  sku: "Standard_D2ds_v5",
  storageGiB: 128,
  storageType: "Premium_LRS",
  growsByItself: false,
  highAvailability: "Disabled",
  replicationRole: "Primary",
  replicas: 0,
};
/** A core is full of statements that have the plans they need. */
const FULL: ObservedWish = { cores: 1, statements: 6, cpuPercent: 96, resource: RESOURCE };
const actionOf = (wish: ObservedWish) => {
  const [found] = undersized.weigh(anObserved({ ...FULL, ...wish }));
  return found?.proven === true ? (found.mending?.action ?? null) : "not proven";
};

describe("a server that is too small", () => {
  test("is given the next larger size of its family, judged by its CPU", () => {
    const [found] = undersized.weigh(anObserved(FULL));
    expect(found).toMatchObject({
      proven: true,
      mending: {
        action: { kind: "scale_compute", parameters: { from: "Standard_D2ds_v5", to: "Standard_D4ds_v5" } },
        judgedBy: { measure: { name: "cpu_percent" }, from: 96, goal: 80, direction: "falls" },
      },
    });
  });

  test.each([
    ["whose registration does not allow it, or that Azure does not know", { resource: null }],
    ["whose CPU nobody measured", { cpuPercent: null, activity: { ...anObserved().activity, active: 9 } }],
    ["that something is being done to", { resource: { ...RESOURCE, state: "Updating" } }],
    ["that has read replicas", { resource: { ...RESOURCE, replicas: 1 } }],
    ["that is the largest already", { resource: { ...RESOURCE, sku: "Standard_D96ds_v5" } }],
    ["of a size that the table does not know", { resource: { ...RESOURCE, sku: "Standard_X2_v9" } }],
  ])("%s gets a recommendation only", (_kind, wish) => {
    expect(actionOf(wish)).toBeNull();
  });

  const ALL: readonly Cause[] = ["undersized", "idle_in_transaction", "lock_blocking"];

  test("is not scaled while another cause explains the complaint as well", () => {
    const complaint = { symptom: "connections", metric: "active_connections", value: 90, threshold: 80 } as const;
    const { proven } = decide(anObserved({ ...FULL, complaint, sessions: [anIdleSession()] }), ALL);
    expect(proven.map(({ cause }) => cause).toSorted()).toEqual(["idle_in_transaction", "undersized"]);
    expect(proven.find(({ cause }) => cause === "undersized")).toMatchObject({
      mending: null,
      recommendation: expect.stringMatching(/^Scale the server up/),
    });
  });

  test("is scaled where what else was found has nothing to do with the complaint", () => {
    const { proven } = decide(anObserved({ ...FULL, sessions: [anIdleSession()] }), ALL);
    expect(proven[0]).toMatchObject({ cause: "undersized", mending: { action: { kind: "scale_compute" } } });
  });
});

describe("a disk that fills", () => {
  const complaint = { symptom: "storage", metric: "storage_percent", value: 90, threshold: 85 } as const;
  const table = {
    oid: 1,
    schema: "public",
    table: "trail",
    kind: "r" as const,
    owner: "owner",
    rows: 1_000,
    pages: 100,
    visible_pages: 0,
    bytes: 819_200,
    live_rows: 1_000,
    dead_rows: 0,
    modified_rows: 0,
    inserted: 1_000,
    updated: 0,
    hot_updated: 0,
    deleted: 0,
    reads: 0,
    vacuum_seconds: null,
    analyze_seconds: null,
    freeze_age: 0,
    mxid_age: 0,
    options: [],
    columns: 2,
  };
  const grown = (wish: ObservedWish) => {
    const found = storageGrowth.weigh(anObserved({ complaint, tables: [table], resource: RESOURCE, ...wish }));
    return found.map((one) => (one.proven ? (one.mending?.action ?? null) : "not proven"));
  };

  test("is doubled, judged by the share that is in use", () => {
    expect(grown({})).toEqual([{ kind: "grow_storage", parameters: { fromGiB: 128, toGiB: 256 } }]);
    const [found] = storageGrowth.weigh(anObserved({ complaint, tables: [table], resource: RESOURCE }));
    expect(found).toMatchObject({ mending: { judgedBy: { from: 90, goal: 45, direction: "falls" } } });
  });

  test.each([
    ["that may not be grown", { resource: null }],
    ["that Azure grows by itself", { resource: { ...RESOURCE, growsByItself: true } }],
    ["of another kind", { resource: { ...RESOURCE, storageType: "PremiumV2_LRS" } }],
    ["that can only grow while the server stands still", { resource: { ...RESOURCE, storageGiB: 4095 } }],
    ["of an odd size", { resource: { ...RESOURCE, storageGiB: 100 } }],
    ["whose share in use the alert does not say", { complaint: { ...complaint, value: null } }],
  ])("%s gets a recommendation only", (_kind, wish) => {
    expect(grown(wish)).toEqual([null]);
  });

  test("is not grown for a slot that keeps the log: the slot goes first", () => {
    const slot = {
      slot: "old",
      type: "physical",
      is_active: false,
      database: null,
      xmin_age: null,
      catalog_xmin_age: null,
      retained_bytes: 2 ** 31,
      wal_status: "reserved",
      keep_limit_bytes: null,
    };
    expect(grown({ slots: [slot] })).toEqual([{ kind: "drop_replication_slot", parameters: { slot: "old" } }, null]);
  });
});

test("the next larger size is of the same family and tier, larger, and the smallest such one", () => {
  fc.assert(
    fc.property(fc.constantFrom(...COMPUTE_SIZES), (size) => {
      const next = nextLarger(size.name);
      const larger = COMPUTE_SIZES.filter(({ family, vCores }) => family === size.family && vCores > size.vCores);
      expect(next?.vCores ?? null).toBe(larger.length === 0 ? null : Math.min(...larger.map(({ vCores }) => vCores)));
      if (next !== null) expect([next.family, next.tier]).toEqual([size.family, size.tier]);
    }),
  );
});

test("a size has one name, whatever its case", () => {
  expect(new Set(COMPUTE_SIZES.map(({ name }) => name.toLowerCase())).size).toBe(COMPUTE_SIZES.length);
  expect(computeSize("standard_e20DS_V5")).toMatchObject({ vCores: 20, memoryGiB: 160, tier: "MemoryOptimized" });
});

test("storage grows to the next of its sizes, as long as the server can stay up", () => {
  expect([32, 100, 2048, 4095, 8192].map(nextStorage)).toEqual([64, 128, 4095, null, null]);
});
