import { describe, expect, test } from "vitest";
import { candidateName, candidatesFor, coveringIndex, estimatedBytes } from "../../../shared/advisor/candidates.ts";
import { scansOf, tableNames } from "../../../shared/advisor/scans.ts";
import { parseSql } from "../../../shared/advisor/syntax.ts";
import type { How } from "../../../shared/advisor/scan.ts";
import { type IndexExpression, plainShape } from "../../../shared/contracts/index-shape.ts";
import { keyText } from "../../../shared/core/index-text.ts";
import { aShop } from "../../support/catalog.ts";

const { orders, catalog } = aShop();

async function syntaxOf(sql: string) {
  const parsed = await parseSql(sql);
  const [statement] = parsed.ok ? parsed.statements : [];
  if (statement === undefined) throw new Error("it does not parse");
  return statement;
}

/** How a query reads orders, without what is empty. */
async function readsOrders(sql: string) {
  const scans = scansOf(await syntaxOf(sql), catalog).filter(({ table }) => table === orders);
  const { conditions, sort } = scans[0] ?? { conditions: [], sort: [] };
  const having = (how: How) => conditions.filter((one) => one.how === how).map(({ target }) => textOf(target));
  return {
    equal: having("equal"),
    range: having("range"),
    join: having("join"),
    sort: sort.map(({ target, direction }) => `${textOf(target)} ${direction}`),
  };
}
const textOf = (expression: IndexExpression): string => keyText({ expression, direction: "asc" });
const nothing = { equal: [], range: [], join: [], sort: [] };

describe("a query's conditions are read off its syntax", () => {
  test.each<[string, object]>([
    ["select * from orders where customer_id = $1", { equal: ["customer_id"] }],
    ["select * from public.orders o where $1 = o.customer_id", { equal: ["customer_id"] }],
    ["select * from orders where customer_id in ($1, $2)", { equal: ["customer_id"] }],
    ["select * from orders where customer_id = any($1)", { equal: ["customer_id"] }],
    [
      "select * from orders where created_at between $1 and $2 and status = $3",
      { equal: ["status"], range: ["created_at"] },
    ],
    [
      "select * from orders where customer_id = $1 order by created_at desc limit $2",
      { equal: ["customer_id"], sort: ["created_at desc"] },
    ],
    [
      "select c.region from customers c join orders o on o.customer_id = c.id where c.region = $1",
      { join: ["customer_id"] },
    ],
    ["update orders set note = $1 where product_id = $2", { equal: ["product_id"] }],
    ["delete from orders where customer_id = $1", { equal: ["customer_id"] }],
    [
      "select * from customers where exists (select 1 from orders where orders.customer_id = customers.id)",
      { join: ["customer_id"] },
    ],
    [
      "with recent as (select * from orders where created_at > $1) select count(*) from recent",
      { range: ["created_at"] },
    ],
    ["select * from orders where customer_id::bigint = $1", { equal: ["((customer_id)::bigint)"] }],
    ["select * from orders where status::text = $1", { equal: ["status"] }],
    ["select * from orders where lower(note) = $1", { equal: ["lower(note)"] }],
  ])("%s", async (sql, wanted) => {
    expect(await readsOrders(sql)).toEqual({ ...nothing, ...wanted });
  });

  test.each([
    ["under OR", "select * from orders where customer_id = $1 or product_id = $2"],
    ["under NOT", "select * from orders where not (customer_id = $1)"],
    ["inside a function of the session's time zone", "select * from orders where date_trunc('day', created_at) = $1"],
    ["with an operator that no b-tree serves", "select * from orders where note like $1"],
  ])("a condition %s is left out", async (_where, sql) => {
    expect(await readsOrders(sql)).toEqual(nothing);
  });

  test("only the tables that a query names are asked for", async () => {
    expect(
      tableNames(
        await syntaxOf("select 1 from orders o, lateral (select 1 from customers c where c.id = o.customer_id) x"),
      ),
    ).toEqual(expect.arrayContaining(["orders", "customers"]));
  });

  test("what is no SQL is a value that says so", async () => {
    expect(await parseSql("select from where")).toMatchObject({
      ok: false,
      because: expect.stringContaining("syntax error"),
    });
  });
});

async function candidates(sql: string): Promise<string[]> {
  return scansOf(await syntaxOf(sql), catalog)
    .filter(({ table }) => table === orders)
    .flatMap((scan) => candidatesFor(scan, catalog))
    .map(candidateName);
}

describe("candidates", () => {
  test("begin with equality columns by falling number of values, and end with a range or the order", async () => {
    const found = await candidates("select * from orders where status = $1 and customer_id = $2 and created_at > $3");
    expect(found).toContain("public.orders(customer_id, status, created_at)");
    expect(await candidates("select * from orders where customer_id = $1 order by created_at desc")).toContain(
      "public.orders(customer_id, created_at desc)",
    );
  });

  test("have at most three columns, none twice, and none that a b-tree cannot hold", async () => {
    const found = await candidates(
      "select * from orders where id = $1 and status = $2 and product_id = $3 and customer_id = $4 and payload = $5",
    );
    expect(found.every((name) => name.split(",").length <= 3)).toBe(true);
    expect(found.some((name) => name.includes("payload"))).toBe(false);
  });

  test("are the same for the same query, in the same order", async () => {
    const sql = "select * from orders where status = $1 and customer_id = $2 order by created_at";
    expect(await candidates(sql)).toEqual(await candidates(sql));
  });

  test("that an index already begins with are known as covered", () => {
    const key = (column: string) => ({ column, direction: "asc" as const });
    expect(coveringIndex({ table: orders, shape: plainShape([key("id")]) })).toBe("orders_id_idx");
    expect(coveringIndex({ table: orders, shape: plainShape([key("customer_id")]) })).toBeNull();
  });

  test("are sized about as PostgreSQL builds them: 15 MB for 2 million rows with 100,000 values", () => {
    const megabytes =
      estimatedBytes({ table: orders, shape: plainShape([{ column: "customer_id", direction: "asc" }]) }) / 2 ** 20;
    expect(megabytes).toBeGreaterThan(13);
    expect(megabytes).toBeLessThan(17);
  });
});
