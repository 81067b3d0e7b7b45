import type { IndexExpression } from "../contracts/index-shape.ts";
import type { CatalogTable } from "./catalog.ts";
import type { Constant } from "./constants.ts";

/** What an index could do with a condition. */
export type How =
  | "equal"
  | "range"
  | "join"
  /** LIKE, with its pattern as constant. */
  | "like"
  /** ILIKE or a regular expression, with its pattern as constant. */
  | "match"
  | "is null"
  | "is not null"
  | "is true"
  | "is false"
  /** Operators of documents, arrays and text search: `@>`, `?`, `&&`, `@@` … */
  | "contains";

export type Condition = {
  /** A column, or an expression that an index may hold. */
  target: IndexExpression;
  type: string | null;
  how: How;
  operator: string;
  /** What it is compared with, where the text shows it; null for a parameter. */
  constant: Constant | null;
};

export type SortTarget = { target: IndexExpression; direction: "asc" | "desc"; nulls?: "first" | "last" };

/** How one query reads one table. */
export type Scan = {
  table: CatalogTable;
  /** Joined by AND. */
  conditions: Condition[];
  /** Each is an OR whose arms are all about this table. */
  alternatives: Condition[][][];
  sort: SortTarget[];
  /** Whether only the first rows are wanted. */
  isLimited: boolean;
  group: IndexExpression[];
  /** Columns that the query reads; null for all of them. */
  read: Set<string> | null;
  /** Conditions that no index can serve, and why. */
  refused: Refusal[];
};

/** A condition that no index can serve: over an expression, an element of an array, or an OR that spans tables. */
export type Refusal = {
  kind: "expression" | "element" | "alternatives";
  columns: string[];
  what: string;
  because: string;
};

export const newScan = (table: CatalogTable): Scan => ({
  table,
  conditions: [],
  alternatives: [],
  sort: [],
  isLimited: false,
  group: [],
  read: new Set(),
  refused: [],
});
