import fc from "fast-check";
import { parseSync, loadModule } from "libpg-query";
import { beforeAll, expect, test } from "vitest";
import { createIndex } from "../../../shared/catalogue/actions/create-index.ts";
import { dropIndex } from "../../../shared/catalogue/actions/drop-index.ts";
import { identifier } from "../../../shared/core/identifier.ts";
import { indexName } from "../../../shared/core/index-name.ts";

beforeAll(() => loadModule());

const hostile = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.constantFrom('a"; drop table t; --', "user", "select", "Ümläut", "a.b", "CamelCase", "'", '""', "$1", "/*"),
);
const name = hostile.filter((text) => !text.includes("\0") && text.isWellFormed() && Buffer.byteLength(text) <= 63);

test("a plain name stays bare and a reserved word is quoted", () => {
  expect(identifier("public", "orders")).toBe("public.orders");
  expect(identifier("user")).toBe('"user"');
});

test("whatever the names, the statement is one concurrent index build of just those names", () => {
  fc.assert(
    fc.property(name, name, name, name, (schema, table, index, column) => {
      const [sql = ""] = createIndex.statements({
        schema,
        table,
        name: index,
        method: "btree",
        keys: [{ column, direction: "desc" }],
        where: [],
        include: [],
      });
      const { stmts } = parseSync(sql);
      expect(stmts).toHaveLength(1);
      expect(stmts?.[0]?.stmt).toMatchObject({
        IndexStmt: {
          concurrent: true,
          idxname: index,
          relation: { schemaname: schema, relname: table },
          indexParams: [{ IndexElem: { name: column } }],
        },
      });
    }),
    { numRuns: 500 },
  );
});

test("whatever the names, the inverse is one concurrent drop of just that index", () => {
  fc.assert(
    fc.property(name, name, (schema, index) => {
      const { stmts } = parseSync(dropIndex.statements({ schema, table: "t", name: index, definition: null })[0] ?? "");
      expect(stmts).toHaveLength(1);
      const items = [{ List: { items: [{ String: { sval: schema } }, { String: { sval: index } }] } }];
      expect(stmts?.[0]?.stmt).toMatchObject({
        DropStmt: { objects: items, removeType: "OBJECT_INDEX", concurrent: true },
      });
    }),
    { numRuns: 500 },
  );
});

const on = (column: string) => ({ keys: [{ column, direction: "asc" as const }] });

test("an index name fits PostgreSQL's 63 bytes and avoids taken ones", () => {
  expect(indexName("orders", on("customer_id"), [])).toBe("idx_orders_customer_id");
  expect(indexName("orders", on("customer_id"), ["idx_orders_customer_id"])).toBe("idx_orders_customer_id_2");
  const long = indexName("ä".repeat(40), on("b".repeat(40)), []);
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(63);
  expect(Buffer.byteLength(indexName("ä".repeat(40), on("b".repeat(40)), [long]))).toBeLessThanOrEqual(63);
});
