import { expect, test } from "vitest";
import type { CatalogTable } from "../../../shared/advisor/catalog.ts";
import type { IndexBuild } from "../../../shared/catalogue/diagnostics/index-builds.ts";
import type { IndexFacts } from "../../../shared/catalogue/diagnostics/indexes.ts";
import type { CreateIndexParameters } from "../../../shared/contracts/actions.ts";
import { indexProgress } from "../../../shared/execution/index-progress.ts";

const AGREED: CreateIndexParameters = {
  schema: "public",
  table: "orders",
  name: "idx_orders_customer_id",
  method: "btree",
  keys: [{ column: "customer_id", direction: "asc" }],
  where: [],
  include: [],
};
const RUN = "pgmedic/inc-1-r1";

const anIndex = (wish: Partial<IndexFacts> = {}): IndexFacts => ({
  oid: 20_000,
  table_oid: 16_400,
  schema: "public",
  index: AGREED.name,
  definition: `CREATE INDEX ${AGREED.name} ON public.orders USING btree (customer_id)`,
  method: "btree",
  key_columns: ["customer_id"],
  predicate: null,
  is_unique: false,
  is_primary: false,
  is_constraint: false,
  is_valid: true,
  is_ready: true,
  pages: 10,
  rows: 100,
  bytes: 81_920,
  ...wish,
});
const aTable = (indexes: IndexFacts[]): CatalogTable => ({
  oid: 16_400,
  schema: "public",
  table: "orders",
  owner: "shop_owner",
  kind: "r",
  pages: 1_000,
  rows: 100_000,
  bytes: 8_192_000,
  all_visible_pages: 1_000,
  columns: [],
  statistics: [],
  indexes,
});
const aBuild = (wish: Partial<IndexBuild>): IndexBuild => ({
  pid: 1,
  application_name: "psql",
  table_oid: 16_400,
  index_oid: 0,
  phase: "initializing",
  share_done: null,
  ...wish,
});
const kindOf = (indexes: IndexFacts[], builds: IndexBuild[] = [], agreed = AGREED): string => {
  const action = { kind: "create_index", parameters: agreed } as const;
  return indexProgress(action, aTable(indexes), { builds, application: RUN, working: 0 });
};

test("without an index of the name and without a build there is nothing yet", () => {
  expect(kindOf([])).toBe("pending");
  expect(kindOf([anIndex({ index: "another" })])).toBe("pending");
});

test("a valid index of the name with the agreed keys is the one that was agreed", () => {
  expect(kindOf([anIndex()])).toBe("done");
});

test("an index that differs in keys, order, method, uniqueness or condition is another one", () => {
  expect(kindOf([anIndex({ key_columns: ["product_id"] })])).toBe("other");
  expect(kindOf([anIndex({ key_columns: ["customer_id", "id"] })])).toBe("other");
  expect(kindOf([anIndex({ method: "hash" })])).toBe("other");
  expect(kindOf([anIndex({ is_unique: true })])).toBe("other");
  expect(kindOf([anIndex({ predicate: "(total > 0)" })])).toBe("other");
  const descending = { ...AGREED, keys: [{ column: "customer_id", direction: "desc" as const }] };
  expect(kindOf([anIndex()], [], descending)).toBe("other");
  const definition = `CREATE INDEX ${AGREED.name} ON public.orders USING btree (customer_id DESC)`;
  expect(kindOf([anIndex({ definition })], [], descending)).toBe("done");
});

test("an invalid index that nobody builds is what a broken-off build left", () => {
  expect(kindOf([anIndex({ is_valid: false })])).toBe("leftover");
  expect(kindOf([anIndex({ is_valid: false })], [aBuild({ index_oid: 30_000 })])).toBe("leftover");
});

test("an invalid index that somebody builds is being built, whoever it is", () => {
  expect(kindOf([anIndex({ is_valid: false })], [aBuild({ index_oid: 20_000 })])).toBe("running");
});

test("a session of the run that still waits for its table is a build already", () => {
  expect(kindOf([], [aBuild({ application_name: RUN, table_oid: 0, phase: "waiting for the table" })])).toBe("running");
});

test("a build of another index on the table is none of this run's business", () => {
  expect(kindOf([], [aBuild({ index_oid: 30_000 })])).toBe("pending");
});
