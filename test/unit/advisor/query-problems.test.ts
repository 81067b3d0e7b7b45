import { expect, test } from "vitest";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import { queryProblems } from "../../../shared/advisor/find-query-problems.ts";
import { aCatalog, aShop, aTable } from "../../support/catalog.ts";
import { aWorkload, useAdvisor } from "./advised.ts";

const { clone } = useAdvisor();

async function problemsOf(query: string, catalog: Catalog, blocksPerCall = 0) {
  await clone().load(catalog, []);
  const { statements } = await aWorkload({ [query]: 1_000 });
  return queryProblems(clone(), statements, { catalog, blocksPerCall: () => blocksPerCall });
}
const causes = async (...given: Parameters<typeof problemsOf>): Promise<string[]> =>
  (await problemsOf(...given)).map(({ cause, columns }) => `${cause} ${columns.join()}`);

const { catalog: shop } = aShop({ indexes: [["id"], ["customer_id"], ["status"]] });

test("a value of another type keeps the index of its column from being used", async () => {
  expect(await causes("select * from orders where customer_id = $1::numeric", shop)).toEqual([
    "cast_mismatch customer_id",
  ]);
  expect(await causes("select * from orders where customer_id::text = $1", shop)).toEqual([
    "cast_mismatch customer_id",
  ]);
  expect(await causes("select * from orders where customer_id = $1", shop)).toEqual([]);
});

test("without an index on the column a cast is not what is wrong", async () => {
  expect(await causes("select * from orders where product_id = $1::numeric", shop)).toEqual([]);
});

test("a varchar that PostgreSQL writes as text is no cast", async () => {
  const table = aTable("codes", { id: {}, code: { type: "character varying(20)" } }, { indexes: [["code"]] });
  expect(await causes("select * from codes where code::text like '%x'", aCatalog(table))).toEqual([]);
});

test("a driver's type shows in what each call reads, not in the text", async () => {
  const query = "select * from orders where customer_id = $1";
  expect(await causes(query, shop, 20_000)).toEqual(["cast_mismatch customer_id"]);
  expect(await causes(query, shop, 12)).toEqual([]);
});

test("a function of the session's settings is named with the column", async () => {
  const [problem] = await problemsOf("select * from orders where to_char(created_at, 'YYYY-MM') = $1", shop);
  expect(problem).toMatchObject({ cause: "function_on_column", table: "orders", columns: ["created_at"] });
  expect(problem?.recommendation).toMatch(/Compare created_at itself/);
});

test("an OR over two tables wants a UNION", async () => {
  const query =
    "select * from orders o join customers c on c.id = o.customer_id where o.product_id = $1 or c.region = $2";
  expect(await causes(query, shop)).toContainEqual(expect.stringMatching(/^or_across_tables/));
});

test("partitions that no condition prunes are all read", async () => {
  const parent = aTable(
    "events",
    { id: {}, at: { type: "timestamp with time zone", width: 8 } },
    { kind: "p", bytes: 0 },
  );
  const parts = [1, 2, 3, 4].map((month) =>
    aTable(`events_${month}`, { id: {}, at: { type: "timestamp with time zone", width: 8 } }),
  );
  const catalog: Catalog = {
    ...aCatalog(parent, ...parts),
    partitions: [
      { oid: parent.oid, parent_oid: null, bound: null, key: "RANGE (at)", partitions: 4 },
      ...parts.map(({ oid }, month) => ({
        oid,
        parent_oid: parent.oid,
        bound: `FOR VALUES FROM ('2026-0${month + 1}-01') TO ('2026-0${month + 2}-01')`,
        key: null,
        partitions: 0,
      })),
    ],
  };
  expect(await causes("select count(*) from events where at::date = $1", catalog)).toContain("missing_pruning at");
  expect(await causes("select count(*) from events where id = $1", catalog)).toContain("missing_pruning at");
  expect(await causes("select count(*) from events where at >= $1 and at < $2", catalog)).toEqual([]);
});
