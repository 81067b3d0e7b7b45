// A kill switch that cannot be read for a moment counts as on: nothing goes out. The step is repeated, and the run goes on.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { execute } from "../../../functions/activities/execute.ts";
import { attemptsOf } from "../../../functions/activities/attempts.ts";
import { rollBack } from "../../../functions/activities/roll-back.ts";
import type { TypedAction } from "../../../shared/contracts/actions.ts";
import { anApprovedRun, startShop } from "../../support/steps.ts";

let shop: Awaited<ReturnType<typeof startShop>>;
let table = "";
let count = 0;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stopAll());
beforeEach(async () => {
  count += 1;
  table = `orders_${count}`;
  await shop.database.query(`create table ${table} as select i as id from generate_series(1, 100) i`);
});
afterEach(() => shop.freeServer());

const fillfactor = (): TypedAction => ({
  kind: "set_table_fillfactor",
  parameters: { schema: "public", table, fillfactor: 85, oldFillfactor: null },
});
const optionsOf = async (): Promise<string[]> =>
  (
    await shop.database.query<{ o: string[] | null }>("select reloptions as o from pg_class where relname = $1", [
      table,
    ])
  ).rows[0]?.o ?? [];

/** Lets one read of the kill switch fail: the first one from now, or the one after so many. */
function failOnce(after: number): void {
  const { system } = shop;
  const real = system.autonomy.bind(system);
  let reads = 0;
  const spy = vi.spyOn(system, "autonomy").mockImplementation(() => {
    reads += 1;
    if (reads <= after) return real();
    spy.mockRestore();
    return Promise.reject(new Error("Cosmos DB is away"));
  });
}

test.each([
  ["as the guardrails are asked", 0],
  ["before the attempt is counted", 1],
])("an action whose kill switch cannot be read once, %s, has made no attempt and goes on", async (_when, after) => {
  const run = await anApprovedRun(fillfactor());
  failOnce(after);
  await expect(execute(run)).rejects.toThrow("the kill switch cannot be read");
  expect(await attemptsOf(run, "attempt")).toEqual([]);
  expect(await optionsOf()).toEqual([]);
  expect(await execute(run)).toMatchObject({ outcome: "done" });
  expect(await attemptsOf(run, "attempt")).toHaveLength(1);
  expect(await optionsOf()).toEqual(["fillfactor=85"]);
});

test("directly before the statement it is asked again: nothing goes out, and the repeated step carries it out", async () => {
  const run = await anApprovedRun(fillfactor());
  failOnce(2);
  await expect(execute(run)).rejects.toThrow("the kill switch cannot be read");
  expect(await optionsOf()).toEqual([]);
  expect(await execute(run)).toMatchObject({ outcome: "done" });
});

test("a way back whose kill switch cannot be read once has made no attempt and goes on", async () => {
  const run = await anApprovedRun(fillfactor());
  await execute(run);
  failOnce(0);
  await expect(rollBack({ ...run, because: "it is slower" })).rejects.toThrow("the kill switch cannot be read");
  expect(await attemptsOf(run, "undo")).toEqual([]);
  expect(await optionsOf()).toEqual(["fillfactor=85"]);
  expect(await rollBack({ ...run, because: "it is slower" })).toEqual({ outcome: "done" });
  expect(await optionsOf()).toEqual([]);
});
