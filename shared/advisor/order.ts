import { constantOf } from "./constants.ts";
import { sidesOf } from "./expressions.ts";
import type { SortTarget } from "./scan.ts";
import { resolveIn, type Scope } from "./scopes.ts";
import { namesIn, type Node, nodeOf, nodesIn } from "./syntax.ts";

/** ORDER BY, GROUP BY, DISTINCT and a lone min() or max(), where all keys are of one scan. */
export function readOrder(block: Node, scope: Scope): void {
  const isLimited = block.fields["limitCount"] !== undefined;
  const group = nodesIn(block.fields["groupClause"]);
  const distinct = Array.isArray(block.fields["distinctClause"]) ? block.fields["distinctClause"] : [];
  const sorts = nodesIn(block.fields["sortClause"]);
  if (group.length > 0)
    noteGroup(
      group.map((key) => meaningOf(key, block)),
      scope,
    );
  else if (sorts.length > 0) noteSort(sorts, block, scope, isLimited);
  else if (distinct.length > 0)
    noteGroup(
      nodesIn(block.fields["targetList"]).map(({ fields }) => fields["val"]),
      scope,
    );
  else noteExtreme(block, scope);
}

function noteSort(sorts: readonly Node[], block: Node, scope: Scope, isLimited: boolean): void {
  const keys = sorts.map(({ fields }) => {
    const [side, ...others] = sidesOf(meaningOf(nodeOf(fields["node"]), block), (reference) =>
      resolveIn(scope, reference),
    );
    return side?.kind === "target" && others.length === 0
      ? { scan: side.scan, key: sortTarget(fields, side.expression) }
      : null;
  });
  const scan = keys[0]?.scan;
  if (scan === undefined || !keys.every((key) => key?.scan === scan)) return;
  scan.sort = keys.flatMap((key) => (key === null ? [] : [key.key]));
  scan.isLimited ||= isLimited;
}

function sortTarget(fields: Node["fields"], target: SortTarget["target"]): SortTarget {
  const direction = fields["sortby_dir"] === "SORTBY_DESC" ? "desc" : "asc";
  const nulls = fields["sortby_nulls"] === "SORTBY_NULLS_FIRST" ? "first" : "last";
  const isUsual = fields["sortby_nulls"] === "SORTBY_NULLS_DEFAULT" || (nulls === "first") === (direction === "desc");
  return isUsual ? { target, direction } : { target, direction, nulls };
}

function noteGroup(keys: readonly unknown[], scope: Scope): void {
  const sides = keys.map((key) => sidesOf(key, (reference) => resolveIn(scope, reference))[0]);
  const [first] = sides;
  if (first?.kind !== "target") return;
  if (sides.every((side) => side?.kind === "target" && side.scan === first.scan)) {
    first.scan.group = sides.flatMap((side) => (side?.kind === "target" ? side.expression : []));
  }
}

/** `ORDER BY 2` and `ORDER BY total` mean what the target list says at that place or under that name. */
function meaningOf(key: Node | null, block: Node): unknown {
  if (key === null) return null;
  const targets = nodesIn(block.fields["targetList"]);
  const ordinal = key.kind === "A_Const" ? constantOf({ A_Const: key.fields }) : null;
  if (typeof ordinal === "number") return targets[ordinal - 1]?.fields["val"] ?? null;
  const names = key.kind === "ColumnRef" ? namesIn(key.fields["fields"]) : [];
  const named = names.length === 1 ? targets.find(({ fields }) => fields["name"] === names[0]) : undefined;
  return named?.fields["val"] ?? { [key.kind]: key.fields };
}

/** A lone min() or max() is the first row in that order. */
function noteExtreme(block: Node, scope: Scope): void {
  const [target, ...others] = nodesIn(block.fields["targetList"]);
  const call = nodeOf(target?.fields["val"]);
  const name = call?.kind === "FuncCall" ? namesIn(call.fields["funcname"]).at(-1) : undefined;
  if (others.length > 0 || (name !== "min" && name !== "max")) return;
  const [side] = sidesOf(
    nodesIn(call?.fields["args"]).map(({ kind, fields }) => ({ [kind]: fields }))[0],
    (reference) => resolveIn(scope, reference),
  );
  if (side?.kind !== "target") return;
  side.scan.sort = [{ target: side.expression, direction: name === "max" ? "desc" : "asc" }];
  side.scan.isLimited = true;
}
