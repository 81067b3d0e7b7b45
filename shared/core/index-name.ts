import type { IndexKey, IndexShape } from "../contracts/index-shape.ts";
import { fitted } from "./identifier.ts";
import { columnsOf } from "./index-text.ts";

/** `idx_<table>_<columns>`, cut to what PostgreSQL keeps, numbered when the name is taken. */
export function indexName(table: string, { keys }: Pick<IndexShape, "keys">, taken: readonly string[]): string {
  return freeName(`idx_${[table, ...keys.flatMap(wordsOf)].join("_")}`, taken);
}

/** A name that is not taken, numbered where it must be. */
export function freeName(wanted: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = fitted(wanted, number === 1 ? "" : `_${number}`);
    if (!taken.includes(name)) return name;
  }
}

function wordsOf(key: IndexKey): string[] {
  if ("column" in key) return [key.column];
  const { expression } = key;
  return expression.kind === "call" ? [expression.function, ...columnsOf(key)] : columnsOf(key);
}
