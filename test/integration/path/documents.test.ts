import { afterAll, beforeAll, expect, test } from "vitest";
import { servicesOf } from "../../../functions/services.ts";
import { readSettings } from "../../../functions/settings.ts";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import type { Snapshot } from "../../../shared/contracts/snapshot.ts";
import { verifyChain } from "../../../shared/core/audit-chain.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
let cosmos: Cosmos;
beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
});
afterAll(async () => {
  await cosmos.stop();
  folder.remove();
});

const open = () => servicesOf(readSettings({ COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY }));
const AT = "2026-11-20T10:00:00.000Z";

test("two incidents have two audit chains, each whole, however their entries interleave", async () => {
  const { incidents } = open();
  for (const what of ["diagnosed", "proposed", "decided"])
    await Promise.all(
      ["inc-a", "inc-b"].map((incidentId) =>
        incidents.appendAudit({ incidentId, at: AT, what, detail: { key: incidentId } }),
      ),
    );
  for (const incidentId of ["inc-a", "inc-b"]) {
    const chain = await incidents.audit(incidentId);
    expect(chain.map(({ sequence, what }) => `${sequence} ${what}`)).toEqual([
      "1 diagnosed",
      "2 proposed",
      "3 decided",
    ]);
    expect(chain.every((entry) => entry.incidentId === incidentId)).toBe(true);
    expect(verifyChain(chain).intact).toBe(true);
  }
});

test("entries that are appended at once get their places one after the other, and the same entry only one", async () => {
  const { incidents } = open();
  const keys = Array.from({ length: 8 }, (_, place) => `key-${place % 4}`);
  await Promise.all(
    keys.map((key) => incidents.appendAudit({ incidentId: "inc-c", at: AT, what: "noted", detail: { key } })),
  );
  const chain = await incidents.audit("inc-c");
  expect(chain.map(({ detail }) => String(detail["key"])).toSorted()).toEqual(["key-0", "key-1", "key-2", "key-3"]);
  expect(verifyChain(chain).intact).toBe(true);
});

test("the readings of a server are its own", async () => {
  const { snapshots } = open();
  const reading = (serverId: string, second: number): Snapshot => ({
    serverId,
    takenAt: new Date(Date.parse(AT) + second * 1_000).toISOString(),
    epoch: "one",
    statements: [],
    database: null,
    tables: [],
    indexes: [],
  });
  for (const second of [1, 2, 3]) {
    await snapshots.add(reading("one", second));
    await snapshots.add(reading("two", second + 0.5));
  }
  expect((await snapshots.newest("one", 2)).map(({ serverId, takenAt }) => `${serverId} ${takenAt}`)).toEqual([
    "one 2026-11-20T10:00:03.000Z",
    "one 2026-11-20T10:00:02.000Z",
  ]);
});
