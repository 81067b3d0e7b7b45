import fc from "fast-check";
import { expect, test } from "vitest";
import { adviseIndexes } from "../../../shared/advisor/advise-indexes.ts";
import type { Advice, Limits } from "../../../shared/advisor/advice.ts";
import { OF_A_PERSON } from "../../../shared/advisor/choose-index.ts";
import { aCatalog, aTable } from "../../support/catalog.ts";
import { allChosen, aWorkload, reasons, useAdvisor } from "./advised.ts";

const { clone } = useAdvisor();

const lines = aTable(
  "lines",
  {
    id: {},
    part: { distinct: 40_000 },
    buyer: { distinct: 100_000 },
    place: { distinct: 3_000 },
    sold_at: { type: "timestamp with time zone", distinct: -1, width: 8 },
    note: { type: "text", distinct: -1, width: 60 },
  },
  { indexes: [["id"]] },
);
const catalog = aCatalog(lines);
const QUERIES = [
  "select * from lines where part = $1",
  "select * from lines where buyer = $1 order by sold_at desc limit 10",
  "select * from lines where place = $1 and sold_at > $2",
  "select count(*) from lines where part = $1 and buyer = $2",
  "select * from lines order by sold_at limit 5",
  "select * from lines where buyer = $1 or place = $2",
];
const limits: Limits = { ...OF_A_PERSON, mostIndexes: 10, budgetBytes: Number.POSITIVE_INFINITY, weighBy: "time" };

const adviseOn = async (queries: readonly string[], wish: Partial<Limits> = {}, writes = 0): Promise<Advice> => {
  const workload = await aWorkload(Object.fromEntries(QUERIES.map((query) => [query, 1_000])), { writes });
  // Keys stay with their statements, whatever their order.
  const statements = queries.flatMap((query) => workload.statements.filter((one) => one.query === query));
  return adviseIndexes(clone(), catalog, { ...workload, statements }, { ...limits, ...wish });
};

test("the same workload gets the same advice in whatever order it comes", async () => {
  const wanted = await adviseOn(QUERIES);
  expect(wanted.chosen.length).toBeGreaterThan(2);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(QUERIES, { minLength: QUERIES.length }), async (shuffled) => {
      const advice = await adviseOn(shuffled);
      expect(allChosen(advice)).toEqual(allChosen(wanted));
      expect(advice.rejected).toEqual(wanted.rejected);
      expect(advice.explains).toBe(wanted.explains);
    }),
    { numRuns: 4 },
  );
}, 60_000);

test("what is advised keeps within the budget, and what did not fit says so", async () => {
  const whole = await adviseOn(QUERIES);
  const all = whole.chosen.reduce((sum, { bytes }) => sum + bytes, 0);
  const half = await adviseOn(QUERIES, { budgetBytes: all / 2 });
  const spent = half.chosen.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(spent).toBeLessThanOrEqual(all / 2);
  expect(half.chosen.length).toBeGreaterThan(0);
  expect(reasons(half)).toMatch(/the budget is used up/);
});

test("more budget never serves the workload worse", async () => {
  const costs: number[] = [];
  for (const megabytes of [20, 60, 120, 400]) {
    const advice = await adviseOn(QUERIES, { budgetBytes: megabytes * 2 ** 20 });
    costs.push(advice.costs.reduce((sum, { before, after }) => sum + after / before, 0));
  }
  expect(costs).toEqual(costs.toSorted((a, b) => b - a));
});

test("inserts are kept cheap where they are to be", async () => {
  const free = await adviseOn(QUERIES);
  const bound = await adviseOn(QUERIES, { insertSlowdown: 1.3 });
  expect(bound.chosen.length).toBeLessThan(free.chosen.length);
  expect(reasons(bound)).toMatch(/inserts into the table would become more than 1.3 times as dear/);
});

test("of an index and a longer one that begins with it, only one is advised when it serves both", async () => {
  const advice = await adviseOn(QUERIES);
  const names = allChosen(advice).filter((name) => !name.includes("include"));
  for (const name of names) {
    const prefix = name.slice(0, -1);
    expect(names.filter((other) => other !== name && other.startsWith(`${prefix},`))).toEqual([]);
  }
});

test("a few plans answer for many sets: fewer are made than there are candidates and statements", async () => {
  const advice = await adviseOn(QUERIES);
  expect(advice.explains).toBeLessThan(150);
  for (const { before, after } of advice.costs) expect(after).toBeLessThanOrEqual(before);
});
