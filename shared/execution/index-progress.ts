import type { CatalogTable } from "../advisor/catalog.ts";
import type { IndexBuild } from "../catalogue/diagnostics/index-builds.ts";
import type { IndexFacts } from "../catalogue/diagnostics/indexes.ts";
import type { CreateIndexParameters, TypedAction } from "../contracts/actions.ts";
import type { Progress } from "./look.ts";

export type IndexAction = Extract<
  TypedAction,
  { kind: "create_index" | "drop_index" | "restore_index" | "reindex_index" }
>;

/** What works right now: builds of anybody, and how many sessions of the run itself. */
export type AtWork = { builds: readonly IndexBuild[]; application: string; working: number };

/** How far an action on an index is: nothing, under way, done, what a broken-off build left, or something else of that name. */
export function indexProgress(action: IndexAction, table: CatalogTable | null, atWork: AtWork): Progress {
  const index = indexOf(action, table);
  const isBuilding = atWork.builds.some(
    ({ application_name, index_oid }) => application_name === atWork.application || index_oid === index?.oid,
  );
  return isBuilding || atWork.working > 0 ? "running" : settled(action, table, index);
}

/** The index that an action names, if it is there. */
export const indexOf = (action: IndexAction, table: CatalogTable | null): IndexFacts | null =>
  table?.indexes.find(({ index }) => index === action.parameters.name) ?? null;

function settled(action: IndexAction, table: CatalogTable | null, index: IndexFacts | null): Progress {
  if (table === null) return "pending";
  switch (action.kind) {
    case "create_index":
      if (index === null) return "pending";
      if (!index.is_valid) return "leftover";
      return isAgreed(index, action.parameters) ? "done" : "other";
    case "restore_index":
      if (index === null) return "pending";
      if (!index.is_valid) return "leftover";
      return index.definition === action.parameters.definition ? "done" : "other";
    case "drop_index":
      return index === null ? "done" : "pending";
    case "reindex_index":
      if (leftoverOf(action, table, index) !== null) return "leftover";
      return index !== null && index.oid !== action.parameters.oid && index.is_valid ? "done" : "pending";
  }
}

/** The index of this name, if it is the one that was agreed on: same method, keys and directions, and partial only if agreed so. */
function isAgreed(index: IndexFacts, parameters: CreateIndexParameters): boolean {
  if (index.method !== parameters.method || index.is_unique) return false;
  if ((index.predicate === null) !== (parameters.where.length === 0)) return false;
  const directions = index.definition
    .replace(/ (INCLUDE|WITH|WHERE) .*/, "")
    .slice(index.definition.indexOf("("))
    .split(",")
    .map((key) => (/ DESC\b/.test(key) ? "desc" : "asc"));
  const isPlain = parameters.keys.every((key) => "column" in key);
  return (
    index.key_columns.length === parameters.keys.length &&
    parameters.keys.every((key, at) => {
      const column = index.key_columns[at];
      // An expression may hold commas of its own: its direction is not read out of the text.
      const hasDirection = !isPlain || parameters.method !== "btree" || directions[at] === key.direction;
      return ("column" in key ? column === key.column : column === null) && hasDirection;
    })
  );
}

/** An invalid index that is in the way: what a broken-off build of this very action left. */
export function leftoverOf(
  action: IndexAction,
  table: CatalogTable | null,
  index: IndexFacts | null,
): { schema: string; index: string } | null {
  const { schema, name } = action.parameters;
  if (action.kind === "reindex_index") {
    const half = table?.indexes.find((known) => !known.is_valid && known.index.startsWith(`${name}_ccnew`));
    return half === undefined ? null : { schema, index: half.index };
  }
  const isHalf = action.kind !== "drop_index" && index !== null && !index.is_valid;
  return isHalf ? { schema, index: name } : null;
}
