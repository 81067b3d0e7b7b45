import type { CatalogTable } from "../advisor/catalog.ts";
import type { IndexFacts } from "../catalogue/diagnostics/indexes.ts";
import type { CreateIndexParameters } from "../contracts/actions.ts";
import type { Precondition } from "../contracts/proposal.ts";
import { columnsOf } from "../core/index-text.ts";
import { type IndexAction, indexOf } from "./index-progress.ts";
import { precondition } from "./precondition.ts";

/** What must hold for an action on an index, seen in the catalog as it is now. */
export function indexConditions(action: IndexAction, table: CatalogTable): Precondition[] {
  const index = indexOf(action, table);
  switch (action.kind) {
    case "create_index":
      return creationConditions(table, action.parameters);
    case "drop_index":
      return removalConditions(table, index, action.parameters.definition);
    case "reindex_index":
      return [precondition("index-there", "The index is there", index !== null, index === null ? "gone" : index.index)];
    case "restore_index":
      return [];
  }
}

function creationConditions(table: CatalogTable, { keys, name, where }: CreateIndexParameters): Precondition[] {
  const missing = keys.flatMap(columnsOf).filter((column) => !table.columns.some((known) => known.column === column));
  const covering = table.indexes.find(
    (index) =>
      index.is_valid &&
      index.method === "btree" &&
      index.predicate === null &&
      index.index !== name &&
      where.length === 0 &&
      keys.every(
        (key, position) =>
          "column" in key && key.operatorClass === undefined && index.key_columns[position] === key.column,
      ),
  );
  const invalid = table.indexes.filter(({ is_valid, index }) => !is_valid && index !== name);
  return [
    precondition(
      "columns-exist",
      "The table has the columns",
      missing.length === 0,
      missing.length === 0 ? "all there" : `missing: ${missing.join(", ")}`,
    ),
    precondition(
      "no-such-index",
      "No valid index begins with them",
      covering === undefined || isOtherDirection(covering, keys),
      covering === undefined ? "none" : covering.index,
    ),
    precondition(
      "no-invalid-index",
      "The table has no invalid index of somebody else",
      invalid.length === 0,
      invalid.length === 0 ? "none" : invalid.map(({ index }) => index).join(", "),
    ),
  ];
}

/** Mixed directions are another order than the one the known index gives, whichever way it is read. */
const isOtherDirection = (covering: IndexFacts, keys: CreateIndexParameters["keys"]): boolean =>
  keys.some(({ direction }) => direction === "desc") && !/ DESC\b/.test(covering.definition) && keys.length > 1;

function removalConditions(table: CatalogTable, index: IndexFacts | null, agreed: string | null): Precondition[] {
  if (index === null) return [precondition("index-there", "The index is there", false, "gone")];
  const isOurs = agreed === null;
  return [
    precondition("index-there", "The index is there", true, index.index),
    precondition(
      "same-definition",
      "It is the index that was looked at",
      isOurs || index.definition === agreed,
      index.definition,
    ),
    precondition(
      "no-constraint",
      "No constraint rests on it",
      !index.is_constraint,
      index.is_constraint ? "one does" : "none does",
    ),
    precondition(
      "not-the-only-unique",
      "It does not keep values unique",
      !index.is_unique || !index.is_valid || hasTwin(table, index),
      index.is_unique ? "it is unique" : "it is not unique",
    ),
  ];
}

const bodyOf = (definition: string): string => definition.slice(definition.indexOf(" USING "));
const hasTwin = (table: CatalogTable, index: IndexFacts): boolean =>
  table.indexes.some(
    (other) =>
      other.oid !== index.oid &&
      other.is_valid &&
      other.is_unique &&
      bodyOf(other.definition) === bodyOf(index.definition),
  );
