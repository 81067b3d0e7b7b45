import { describe, expect, test } from "vitest";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import { aCatalog, aTable, type TableWish } from "../../support/catalog.ts";
import { allChosen, chosen, reasons, useAdvisor } from "./advised.ts";

const { advise } = useAdvisor();

/** A table of tickets with a column of every kind. */
const tickets = (wish: TableWish = {}) =>
  aTable(
    "tickets",
    {
      id: {},
      tenant_id: { distinct: 2_000 },
      assignee_id: { distinct: 500, nulls: 0.97 },
      email: { type: "text", distinct: -0.9, width: 24 },
      code: { type: "character varying(20)", distinct: -1, width: 8 },
      plain_code: { type: "text", distinct: -1, width: 8, collation: "C" },
      subject: { type: "text", distinct: -1, width: 60 },
      status: { type: "text", distinct: 4, width: 8, common: { closed: 0.95, open: 0.03, held: 0.019, lost: 0.001 } },
      is_urgent: { type: "boolean", distinct: 2, width: 1, common: { f: 0.99, t: 0.01 } },
      data: { type: "jsonb", distinct: -1, width: 100 },
      tags: { type: "text[]", width: 40 },
      opened_at: {
        type: "timestamp without time zone",
        distinct: -1,
        width: 8,
        histogram: "{2024-01-01 00:00:00,2026-01-01 00:00:00}",
      },
      closed_at: { type: "timestamp with time zone", distinct: -0.95, width: 8 },
    },
    { indexes: [["id"]], ...wish },
  );
const catalog = (wish: TableWish = {}): Catalog => aCatalog(tickets(wish));

async function adviceFor(query: string, on: Catalog = catalog()) {
  const advice = await advise({ [query]: 9_000 }, { catalog: on });
  return { index: chosen(advice), need: advice.choice?.need ?? null, reasons: reasons(advice), advice };
}

describe("each kind of condition gets the index that serves it", () => {
  test.each([
    [
      "lower() on a column",
      "select * from tickets where lower(email) = $1",
      "public.tickets(lower(email))",
      "missing_expression_index",
    ],
    [
      "a key of a document",
      "select * from tickets where data->>'customer' = $1",
      "public.tickets((data ->> 'customer'))",
      "missing_expression_index",
    ],
    [
      "a day of a local time",
      "select * from tickets where date_trunc('day', opened_at) = $1",
      "public.tickets(date_trunc('day', opened_at))",
      "missing_expression_index",
    ],
    [
      "a time in a named zone",
      "select * from tickets where (closed_at at time zone 'UTC')::date = $1",
      "public.tickets(((timezone('UTC', closed_at))::date))",
      "missing_expression_index",
    ],
    [
      "a prefix where text does not sort by its bytes",
      "select * from tickets where code like 'AB12%'",
      "public.tickets(code varchar_pattern_ops)",
      "missing_text_pattern_index",
    ],
    [
      "a prefix where text sorts by its bytes",
      "select * from tickets where plain_code like 'AB12%'",
      "public.tickets(plain_code)",
      "missing_index",
    ],
    [
      "a text in the middle",
      "select * from tickets where subject like '%refund%'",
      "public.tickets using gin (subject public.gin_trgm_ops)",
      "missing_trigram_index",
    ],
    [
      "a text in any case",
      "select * from tickets where subject ilike 'refund%'",
      "public.tickets using gin (subject public.gin_trgm_ops)",
      "missing_trigram_index",
    ],
    [
      "containment in a document",
      "select * from tickets where data @> $1",
      "public.tickets using gin (data jsonb_path_ops)",
      "missing_jsonb_index",
    ],
    [
      "a key that a document has",
      "select * from tickets where data ? $1",
      "public.tickets using gin (data jsonb_ops)",
      "missing_jsonb_index",
    ],
    [
      "an element of an array",
      "select * from tickets where tags @> array['vip']",
      "public.tickets using gin (tags)",
      "missing_index",
    ],
    [
      "the first rows in an order",
      "select * from tickets order by closed_at desc limit 20",
      "public.tickets(closed_at desc)",
      "missing_sort_index",
    ],
    [
      "the first rows with nulls at the end",
      "select * from tickets order by closed_at desc nulls last limit 20",
      "public.tickets(closed_at desc nulls last)",
      "missing_sort_index",
    ],
    ["the newest of all", "select max(closed_at) from tickets", "public.tickets(closed_at desc)", "missing_sort_index"],
    [
      "a column in a list",
      "select * from tickets where tenant_id in ($1, $2, $3)",
      "public.tickets(tenant_id)",
      "missing_index",
    ],
    [
      "rows without a value, where they are rare",
      "select * from tickets where assignee_id is not null order by opened_at limit 20",
      "public.tickets(opened_at) where assignee_id is not null",
      "missing_sort_index",
    ],
    [
      "a rare constant",
      "select id from tickets where status = 'lost' order by opened_at limit 50",
      "public.tickets(opened_at) where status = 'lost'",
      null,
    ],
    ["a rare truth", "select id from tickets where is_urgent and tenant_id = $1", null, "missing_index"],
  ])("%s", async (_what, query, index, need) => {
    const found = await adviceFor(query);
    if (index !== null) expect(found.index).toBe(index);
    if (need !== null) expect(found.need).toBe(need);
    expect(found.index).not.toBeNull();
  });
});

describe("what no index can serve is said with its reason", () => {
  test.each([
    ["a day of a time with a zone", "select * from tickets where date_trunc('day', closed_at) = $1", /time zone/],
    ["to_char", "select * from tickets where to_char(opened_at, 'YYYY') = $1", /depends on more than the row/],
    ["a part that is a parameter", "select * from tickets where data->>$1 = $2", /a part of it is a parameter/],
    ["a pattern of two characters", "select * from tickets where subject like '%ab%'", /fewer than 3 characters/],
    ["a pattern that nobody saw", "select * from tickets where subject like $1", /no call was seen/],
    ["an element by = ANY", "select * from tickets where $1 = any(tags)", /tags @> ARRAY/],
    [
      "a function that is not PostgreSQL's own",
      "select * from tickets where ourown(email) = $1",
      /not one of the functions/,
    ],
  ])("%s", async (_what, query, because) => {
    const { index, reasons: said } = await adviceFor(query);
    expect(index).toBeNull();
    expect(said).toMatch(because);
  });

  test("without pg_trgm nothing is proposed for a text in the middle", async () => {
    const on = { ...catalog(), extensions: [] };
    const { index, reasons: said } = await adviceFor("select * from tickets where subject like '%refund%'", on);
    expect(index).toBeNull();
    expect(said).toMatch(/pg_trgm is not available/);
  });

  test("pg_trgm that could be installed is named with the choice", async () => {
    const on = { ...catalog(), extensions: [{ name: "pg_trgm", schema: null, is_allowed: true }] };
    const { advice } = await adviceFor("select * from tickets where subject like '%refund%'", on);
    expect(advice.choice).toMatchObject({ need: "missing_trigram_index", missingExtension: "pg_trgm" });
  });
});

test("a pattern behind a parameter is known from a call that was seen", async () => {
  const query = "select * from tickets where code like $1";
  const examples = { [query]: "select * from tickets where code like 'AB12%'" };
  const advice = await advise({ [query]: 9_000 }, { catalog: catalog(), examples });
  expect(chosen(advice)).toBe("public.tickets(code varchar_pattern_ops)");
});

test("an OR over two columns gets an index for each, and both are needed", async () => {
  const advice = await advise({ "select * from tickets where code = $1 or email = $2": 9_000 }, { catalog: catalog() });
  expect(allChosen(advice).toSorted()).toEqual(["public.tickets(code)", "public.tickets(email)"]);
  expect(advice.choice?.together).toHaveLength(1);
  expect(advice.choice?.gains[0]?.after.text).toMatch(/BitmapOr/);
});

test("a partial index never rests on a parameter", async () => {
  const { index } = await adviceFor("select id from tickets where status = $1 and opened_at > $2");
  expect(index).not.toMatch(/where/);
});

test("an index with the same columns in the wrong order is named as what the new one replaces", async () => {
  const on = catalog({ indexes: [["id"], ["opened_at", "code"]] });
  const { need, advice } = await adviceFor("select * from tickets where code = $1 and opened_at > $2", on);
  expect(need).toBe("wrong_column_order");
  expect(advice.choice?.insteadOf).toBe("tickets_opened_at_code_idx");
});

test("conditions reach the table through sub-queries, WITH, and UNION", async () => {
  for (const query of [
    "select * from (select code as c, id from tickets) inner_tickets where c = $1",
    "with named as (select * from tickets) select id from named n where n.code = $1",
    "select * from (select code, id from tickets where id > 5 union all select code, id from tickets) both_of_them where code = $1",
    "update tickets set status = $1 where code = $2",
    "delete from tickets t using (values (1)) v where t.code = $1",
    "insert into tickets (id) select id from tickets where code = $1",
  ]) {
    const advice = await advise({ [query]: 9_000 }, { catalog: catalog() });
    expect(allChosen(advice), query).toContain("public.tickets(code)");
  }
});

test("an index that serves already, as expression or in the other direction, is not proposed again", async () => {
  const served = async (index: string, query: string) =>
    (await adviceFor(query, catalog({ indexes: [index] }))).reasons;
  expect(await served("USING btree (lower(email))", "select * from tickets where lower(email) = $1")).toMatch(
    /already begins/,
  );
  expect(await served("USING btree (closed_at)", "select * from tickets order by closed_at desc limit 5")).toMatch(
    /already begins/,
  );
  expect(await served("USING gin (data)", "select * from tickets where data @> $1")).toMatch(/already begins/);
});

test("deletes of a parent get an index on the child that they search", async () => {
  const parent = aTable("tenants", { id: {} }, { rows: 2_000, bytes: 2 ** 20, indexes: [["id"]] });
  const child = tickets();
  const foreignKeys = [
    {
      constraint: "tickets_tenant_id_fkey",
      child_oid: child.oid,
      child_schema: "public",
      child_table: "tickets",
      child_columns: ["tenant_id"],
      parent_oid: parent.oid,
      parent_columns: ["id"],
    },
  ];
  const on = { ...aCatalog(parent, child), foreignKeys };
  const advice = await advise({ "delete from tenants where id = $1": 9_000 }, { catalog: on });
  expect(chosen(advice)).toBe("public.tickets(tenant_id)");
  expect(advice.choice).toMatchObject({ need: "missing_fk_index", gains: [{ statement: { key: "10/0" } }] });
  const untouched = await advise(
    { "update tenants set id = id where false": 0, "select * from tenants": 9_000 },
    { catalog: on },
  );
  expect(chosen(untouched)).toBeNull();
});
