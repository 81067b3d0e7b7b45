import { describe, expect, test } from "vitest";
import { guardSelect } from "../../../shared/advisor/select-guard/select-guard.ts";
import { HARMFUL, HARMLESS } from "./corpus.ts";
import { SHOP } from "./shop.ts";

describe("a query that only reads what it may is allowed", () => {
  test.each(HARMLESS)("%s", async (sql) => {
    expect(await guardSelect(sql, SHOP)).toMatchObject({ allowed: true });
  });
});

describe.each(Object.entries(HARMFUL))("%s are refused", (_, statements) => {
  test.each(statements)("%s", async (sql) => {
    const verdict = await guardSelect(sql, SHOP);
    expect(verdict.allowed).toBe(false);
    expect(verdict).toHaveProperty("because", expect.stringMatching(/\w{3}/));
  });
});

test("the verdict names the tables that are read, those of subqueries included", async () => {
  const verdict = await guardSelect("select 1 from orders o where o.id in (select c.id from shop.customers c)", SHOP);
  expect(verdict).toMatchObject({
    relations: [
      { schema: "shop", table: "orders" },
      { schema: "shop", table: "customers" },
    ],
  });
});

test("a table without a schema is the first of that name on the search path", async () => {
  const both = { ...SHOP, tables: [...SHOP.tables, { schema: "public", table: "orders", columns: ["only_here"] }] };
  expect(await guardSelect("select orders.only_here from orders", both)).toMatchObject({ allowed: false });
  const other = { ...both, searchPath: ["public", "shop"] };
  expect(await guardSelect("select orders.only_here from orders", other)).toMatchObject({ allowed: true });
});

test.each([
  ["a long text", `select '${"x".repeat(40_000)}'`],
  ["many parts", `select ${"1,".repeat(4_000)}1`],
  ["a long chain of operators", `select 1${" + 1".repeat(2_000)}`],
  ["deep parentheses and subqueries", `select * from ${"(select * from ".repeat(50)}orders${") x".repeat(50)}`],
  ["what exhausts the parser", `select ${"(".repeat(15_000)}1${")".repeat(15_000)}`],
  ["what overflows its stack", `select ${"a||".repeat(10_500)}a`],
])("%s is refused, and the next query is judged as ever", async (_, sql) => {
  expect(await guardSelect(sql, SHOP)).toMatchObject({ allowed: false });
  expect(await guardSelect("select 1", SHOP)).toMatchObject({ allowed: true });
});
