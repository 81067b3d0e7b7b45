// A query that PostgreSQL plans for hours: the planner clone gives up, and the next investigation gets a fresh one.
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { closePlannerClone, withPlannerClone } from "../../../functions/database.ts";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import { LIMITS_MS, startPlannerClone } from "../../../shared/advisor/clone-thread.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
Object.assign(process.env, { COSMOS_ENDPOINT: "http://127.0.0.1:1", PGMEDIC_CLONE_FOLDER: join(folder.path, "clone") });
afterAll(async () => {
  await closePlannerClone();
  folder.remove();
});

const NOTHING: Catalog = {
  version: 180_000,
  schemas: ["public"],
  isCCollated: true,
  tables: [],
  indexStatistics: [],
  enums: [],
  settings: [],
  extensions: [],
  views: [],
  functions: [],
  partitions: [],
  extendedStatistics: [],
  foreignKeys: [],
};
/** Every order of thirty relations is weighed when no limit says otherwise: that takes longer than anybody waits. */
const RELATIONS = Array.from({ length: 30 }, (_, at) => `generate_series(1, 1000) g${at}(x)`);
const ENDLESS = `select 1 from ${RELATIONS.join(", ")} where ${RELATIONS.map((_, at) => `g${at}.x = g0.x`).join(" and ")}`;
const exhaustive = { settings: { geqo: "off", join_collapse_limit: "100", from_collapse_limit: "100" } };

test("a plan that does not end could not be planned, what waits behind it neither, and the thread is gone", async () => {
  const clone = startPlannerClone(join(folder.path, "clone"), { ...LIMITS_MS, plan: 1_500 });
  await clone.load(NOTHING, []);
  const begun = performance.now();
  const [endless, behind] = await Promise.all([clone.plan(ENDLESS, [], exhaustive), clone.plan("select 1")]);
  expect(performance.now() - begun).toBeLessThan(5_000);
  const because = "it could not be planned: the planner clone did not answer within 1.5 s and was ended";
  expect([endless, behind]).toEqual([
    { ok: false, because },
    { ok: false, because },
  ]);
  expect(clone.hasEnded()).toBe(true);
  expect(await clone.plan("select 1")).toEqual({ ok: false, because });
  expect(await clone.load(NOTHING, [])).toEqual({ indexes: [], failed: [], problems: [because] });
  await clone.close();
}, 60_000);

test("many short plans in a row are not taken for a long one", async () => {
  const clone = startPlannerClone(join(folder.path, "clone"), { ...LIMITS_MS, plan: 1_500 });
  await clone.load(NOTHING, []);
  const begun = performance.now();
  while (performance.now() - begun < 2_500) {
    const planned = await Promise.all(Array.from({ length: 500 }, () => clone.plan("select 1")));
    expect(planned.every(({ ok }) => ok)).toBe(true);
  }
  await clone.close();
}, 60_000);

test("the next piece of work gets a fresh clone after one that was ended", async () => {
  // Nobody waits half a minute for a test.
  Object.assign(LIMITS_MS, { plan: 1_500 });
  const first = await withPlannerClone(async (clone) => {
    await clone.load(NOTHING, []);
    return clone.plan(ENDLESS, [], exhaustive);
  });
  expect(first.ok).toBe(false);
  const second = await withPlannerClone(async (clone) => {
    await clone.load(NOTHING, []);
    return clone.plan("select 1");
  });
  expect(second.ok).toBe(true);
}, 60_000);
