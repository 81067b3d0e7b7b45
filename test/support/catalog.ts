import type { Catalog, CatalogTable } from "../../shared/advisor/catalog.ts";
import type { ColumnFacts } from "../../shared/catalogue/diagnostics/columns.ts";
import type { IndexFacts } from "../../shared/catalogue/diagnostics/indexes.ts";

let lastOid = 20_000;

/** `common` are a column's most common values with their shares of the rows. */
export type ColumnWish = {
  type?: string;
  distinct?: number;
  width?: number;
  nulls?: number;
  common?: Record<string, number>;
  histogram?: string;
  collation?: string;
};
/** `indexes` are lists of key columns, or whole definitions. */
export type TableWish = {
  rows?: number;
  bytes?: number;
  kind?: CatalogTable["kind"];
  indexes?: (string[] | string)[];
};

/** A table of the schema public as an investigation reads it. */
export function aTable(name: string, columns: Record<string, ColumnWish>, wish: TableWish = {}): CatalogTable {
  const { rows = 2_000_000, bytes = 160 * 2 ** 20, kind = "r" } = wish;
  lastOid += 1;
  const oid = lastOid;
  return {
    oid,
    schema: "public",
    table: name,
    kind,
    owner: "shop_owner",
    pages: Math.ceil(bytes / 8192),
    rows,
    all_visible_pages: Math.ceil(bytes / 8192),
    bytes,
    columns: Object.entries(columns).map(
      ([column, { type = "integer", collation = null, nulls = 0 }], at): ColumnFacts => ({
        table_oid: oid,
        column,
        position: at + 1,
        type,
        type_kind: "b",
        type_schema: "pg_catalog",
        type_extension: null,
        base_type: type,
        collation,
        is_not_null: nulls === 0,
        has_btree: !["json", "point", "jsonb", "tsvector"].includes(type) && !type.endsWith("[]"),
        statistics_target: -1,
      }),
    ),
    indexes: (wish.indexes ?? []).map((keys) => anIndex(oid, name, keys)),
    statistics: Object.entries(columns).map(([column, { distinct = -1, width = 4, nulls = 0, common, histogram }]) => ({
      schema: "public",
      table: name,
      column,
      inherited: false,
      null_share: nulls,
      average_width: width,
      distinct,
      common_values: common === undefined ? null : `{${Object.keys(common).join(",")}}`,
      common_shares: common === undefined ? null : Object.values(common),
      histogram: histogram ?? null,
      correlation: 0,
      common_elements: null,
      common_element_shares: null,
      element_counts: null,
    })),
  };
}

function anIndex(tableOid: number, table: string, wish: string[] | string): IndexFacts {
  lastOid += 1;
  const keys = typeof wish === "string" ? [] : wish;
  const index = typeof wish === "string" ? `${table}_special_${lastOid}` : `${table}_${keys.join("_")}_idx`;
  return {
    oid: lastOid,
    table_oid: tableOid,
    schema: "public",
    index,
    definition: `CREATE INDEX ${index} ON public.${table} ${typeof wish === "string" ? wish : `USING btree (${keys.join(", ")})`}`,
    method: typeof wish === "string" ? (/USING (\w+)/.exec(wish)?.[1] ?? "btree") : "btree",
    key_columns: keys,
    predicate: null,
    is_unique: false,
    is_primary: false,
    is_constraint: false,
    is_valid: true,
    is_ready: true,
    pages: 5_000,
    rows: 2_000_000,
    bytes: 5_000 * 8192,
  };
}

export const aCatalog = (...tables: CatalogTable[]): Catalog => ({
  version: 180004,
  schemas: ["public"],
  isCCollated: false,
  tables,
  indexStatistics: [],
  enums: [],
  settings: [],
  extensions: [{ name: "pg_trgm", schema: "public", is_allowed: true }],
  views: [],
  functions: [],
  partitions: [],
  extendedStatistics: [],
  foreignKeys: [],
});

/** The shop: orders with an index on its id only, customers with one on theirs. */
export function aShop(wish: TableWish = {}) {
  const orders = aTable(
    "orders",
    {
      id: {},
      customer_id: { distinct: 100_000 },
      product_id: { distinct: 50_000 },
      status: { type: "text", distinct: 5, width: 8 },
      created_at: { type: "timestamp with time zone", width: 8 },
      note: { type: "text", width: 40 },
      payload: { type: "json" },
    },
    { indexes: [["id"]], ...wish },
  );
  const customers = aTable(
    "customers",
    { id: {}, region: { type: "text", distinct: 3 } },
    { rows: 100_000, bytes: 12 * 2 ** 20, indexes: [["id"]] },
  );
  return { orders, customers, catalog: aCatalog(orders, customers) };
}
