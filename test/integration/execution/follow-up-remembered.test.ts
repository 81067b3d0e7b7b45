// What was kept without proof is remembered so, until the follow-up on the server brings the proof.
import { afterAll, beforeAll, expect, test } from "vitest";
import { acquireLock } from "../../../functions/activities/acquire-lock.ts";
import { close } from "../../../functions/activities/close.ts";
import { execute } from "../../../functions/activities/execute.ts";
import { verify } from "../../../functions/activities/verify.ts";
import { plainShape } from "../../../shared/contracts/index-shape.ts";
import { outcomeOf } from "../../../shared/core/memory.ts";
import { anApprovedRun, startShop } from "../../support/steps.ts";

let shop: Awaited<ReturnType<typeof startShop>>;
beforeAll(async () => {
  shop = await startShop();
  await shop.database.query("create table orders as select i as id from generate_series(1, 100) i");
});
afterAll(() => shop.stopAll());

test("a follow-up that brings the proof changes what is remembered, once", async () => {
  const keys = plainShape([{ column: "id", direction: "asc" }]);
  const parameters = { schema: "public", table: "orders", name: "idx_orders_id", ...keys };
  const run = await anApprovedRun({ kind: "create_index", parameters });
  await acquireLock(run);
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  // Over the first window Azure Monitor, or the server after a reset, had no figure.
  const verification = {
    basis: "measure",
    verdict: "inconclusive",
    because: "the server's statistics were reset meanwhile",
    measure: "requested checkpoints an hour",
    before: 9,
    after: 9,
    goal: 1,
    window: 1,
    verifiedAt: new Date().toISOString(),
  } as const;
  await shop.incidents.change(run.incidentId, (incident) => ({ ...incident, verification }));
  const { followUpMs } = await close({ ...run, path: "executed", because: "Kept, without proof yet." });
  expect(followUpMs).not.toBeNull();
  const outcomes = async () => (await shop.memories.ofServer(run.serverId)).map(outcomeOf);
  expect(await outcomes()).toEqual(["unproven"]);

  for (const _ of [1, 2])
    expect(await verify({ ...run, window: 99, isFollowUp: true })).toMatchObject({ verdict: "improved" });
  expect(await outcomes()).toEqual(["helped"]);
  expect(await shop.incidents.read(run.incidentId)).toMatchObject({ state: "resolved", memoryDue: false });
});
