import { expect, test } from "vitest";
import { aCatalog, aShop, aTable } from "../../support/catalog.ts";
import { chosen, reasons, useAdvisor } from "./advised.ts";

const { advise } = useAdvisor();

const BY_CUSTOMER = "select * from orders where customer_id = $1";

test("the missing index of a costly statement is chosen, with the plan before and after", async () => {
  const advice = await advise({ [BY_CUSTOMER]: 9_000 });
  expect(chosen(advice)).toBe("public.orders(customer_id)");
  expect(advice.choice?.gains[0]).toMatchObject({ before: { text: expect.stringContaining("Seq Scan") } });
  expect(advice.choice?.gains[0]?.after.cost).toBeLessThan(200);
});

test("the same workload gets the same advice", async () => {
  const workload = {
    [BY_CUSTOMER]: 4_000,
    "select * from orders where product_id = $1 order by created_at desc limit 5": 4_100,
  };
  expect(chosen(await advise(workload))).toBe(chosen(await advise(workload)));
});

test("one column is preferred where two save about as much", async () => {
  expect(chosen(await advise({ "select * from orders where customer_id = $1 and status = $2": 9_000 }))).toBe(
    "public.orders(customer_id)",
  );
});

test("a condition that keeps a large share of the rows gets no index", async () => {
  const advice = await advise({ "select * from orders where status = $1": 9_000 });
  expect(chosen(advice)).toBeNull();
  expect(reasons(advice)).toMatch(/orders\(status\)/);
});

test("a small table gets no index", async () => {
  const advice = await advise({ [BY_CUSTOMER]: 9_000 }, { catalog: aShop({ rows: 500, bytes: 2 ** 16 }).catalog });
  expect(chosen(advice)).toBeNull();
  expect(reasons(advice)).toMatch(/small/);
});

test("a partitioned table gets none, since its index cannot be built concurrently", async () => {
  const advice = await advise({ [BY_CUSTOMER]: 9_000 }, { catalog: aShop({ kind: "p" }).catalog });
  expect(chosen(advice)).toBeNull();
  expect(reasons(advice)).toMatch(/concurrently/);
});

test("an index that exists is not proposed again", async () => {
  const advice = await advise(
    { [BY_CUSTOMER]: 9_000 },
    { catalog: aShop({ indexes: [["id"], ["customer_id", "status"]] }).catalog },
  );
  expect(chosen(advice)).toBeNull();
  expect(reasons(advice)).toMatch(/already begins with/);
});

test("a table that is written far more than read gets none: keeping the index would cost more", async () => {
  const advice = await advise({ [BY_CUSTOMER]: 50 }, { writes: 5_000 });
  expect(chosen(advice)).toBeNull();
  expect(reasons(advice)).toMatch(/up to date/);
});

test("an index on a column that updates set costs them their shortcut past the indexes", async () => {
  const queries = {
    "select * from orders where product_id = $1": 400,
    "update orders set product_id = $1 where id = $2": 10,
  };
  expect(chosen(await advise(queries))).toBe("public.orders(product_id)");
  expect(chosen(await advise(queries, { hotUpdates: 2_000 }))).toBeNull();
  const others = { "select * from orders where product_id = $1": 400, "update orders set note = $1 where id = $2": 10 };
  expect(chosen(await advise(others, { hotUpdates: 2_000 }))).toBe("public.orders(product_id)");
});

test("a statement that cannot be planned is said, and the others are still served", async () => {
  const advice = await advise({ [BY_CUSTOMER]: 9_000, "select not_there(id) from orders where customer_id = $1": 100 });
  expect(chosen(advice)).toBe("public.orders(customer_id)");
  expect(advice.unplanned).toEqual([{ key: "10/1", because: expect.stringContaining("not_there") }]);
});

test("names that need quotes are planned like any other", async () => {
  const table = aTable('Order "Lines"', { Id: {}, User: { distinct: 100_000 } });
  const advice = await advise(
    { 'select * from "Order ""Lines""" where "User" = $1': 9_000 },
    { catalog: aCatalog(table) },
  );
  expect(chosen(advice)).toBe('public."Order ""Lines"""("User")');
});
