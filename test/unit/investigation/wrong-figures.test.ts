import { expect, test } from "vitest";
import type { TableHealth } from "../../../shared/catalogue/diagnostics/table-health.ts";
import { isStale, rowsOff } from "../../../shared/investigation/causes/stale-statistics.ts";
import type { StatementPlan } from "../../../shared/investigation/plan-statements.ts";

const aTable = (wish: Partial<TableHealth>): TableHealth => ({
  oid: 1,
  schema: "public",
  table: "orders",
  kind: "r",
  owner: "owner",
  rows: 100_000,
  pages: 2_000,
  visible_pages: 2_000,
  bytes: 16_384_000,
  live_rows: 100_000,
  dead_rows: 0,
  modified_rows: 0,
  inserted: 100_000,
  updated: 0,
  hot_updated: 0,
  deleted: 0,
  reads: 10,
  vacuum_seconds: 10,
  analyze_seconds: 10,
  freeze_age: 10,
  mxid_age: 1,
  options: [],
  columns: 3,
  ...wish,
});

const aPlan = (filter: string, rows: number, known: StatementPlan["known"] = null): StatementPlan => ({
  cost: 100,
  rows,
  text: "",
  nodes: [{ "Node Type": "Seq Scan", "Total Cost": 100, "Plan Rows": rows, "Relation Name": "orders", Filter: filter }],
  known,
});

test("a table whose rows changed a good deal since its ANALYZE has old figures", () => {
  expect(isStale(aTable({ modified_rows: 30_000, updated: 30_000 }))).toBe(true);
  expect(isStale(aTable({ modified_rows: 5_000, updated: 5_000 }))).toBe(false);
});

test("a table that grew since its ANALYZE has old figures, whatever else is said of it", () => {
  expect(isStale(aTable({ live_rows: 300_000, modified_rows: 200_000, inserted: 300_000 }))).toBe(true);
});

test("rows that a session reported after the ANALYZE that knew them are no change since", () => {
  expect(isStale(aTable({ modified_rows: 100_000 }))).toBe(false);
});

test("rows that a later VACUUM counted are a change since the ANALYZE", () => {
  expect(isStale(aTable({ modified_rows: 100_000, vacuum_seconds: 5, analyze_seconds: 600 }))).toBe(true);
});

test("an estimate from a column's own statistics is wrong by what was really found", () => {
  expect(rowsOff(aPlan("(customer_id = $1)", 10), 2_000)).toBe(200);
});

test.each([
  ["a call", "(lower(email) = $1)"],
  ["a cast", "((customer_id)::numeric = $1)"],
  ["a pattern", "(name ~~ $1)"],
  ["a document", "(doc @> $1)"],
  ["a range to a parameter", "(created_at >= $1)"],
])("an estimate over %s is a guess, and says nothing of statistics", (_what, filter) => {
  expect(rowsOff(aPlan(filter, 1_000), 1)).toBe(1);
});

test("a few rows more or fewer decide nothing", () => {
  expect(rowsOff(aPlan("(customer_id = $1)", 1), 60)).toBe(1);
});

test("what the statistics say of a rare and of a common value is no error between them", () => {
  const known = { rare: { cost: 1, rows: 20, scans: [] }, common: { cost: 900, rows: 90_000, scans: [] } };
  expect(rowsOff(aPlan("(state = $1)", 45_000, known), 30)).toBe(1);
});
