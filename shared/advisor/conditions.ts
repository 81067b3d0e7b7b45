import { columnNamed } from "./catalog.ts";
import { type Constant, constantOf, constantsOf } from "./constants.ts";
import { type Resolve, type Side, sidesOf } from "./expressions.ts";
import type { Condition, How, Refusal, Scan } from "./scan.ts";
import { namesIn, type Node, nodeOf, nodesIn } from "./syntax.ts";

/** A condition with the scan that it is about. */
type Found = { scan: Scan; condition: Condition };

/** Reads a WHERE or ON clause into the scans that its conditions are about. */
export function readConditions(clause: unknown, resolve: Resolve): void {
  const node = nodeOf(clause);
  if (node === null) return;
  if (node.kind === "BoolExpr" && node.fields["boolop"] === "AND_EXPR") {
    for (const part of nodesIn(node.fields["args"])) readConditions({ [part.kind]: part.fields }, resolve);
    return;
  }
  if (node.kind === "BoolExpr" && node.fields["boolop"] === "OR_EXPR") {
    readAlternatives(nodesIn(node.fields["args"]), resolve);
    return;
  }
  for (const { scan, condition } of conditionsIn(node, resolve)) note(scan, condition);
}

function note(scan: Scan, condition: Condition): void {
  const text = JSON.stringify(condition);
  if (!scan.conditions.some((known) => JSON.stringify(known) === text)) scan.conditions.push(condition);
}

/** The conditions that one node states; several for a row comparison or a UNION below. */
function conditionsIn(node: Node, resolve: Resolve): Found[] {
  switch (node.kind) {
    case "A_Expr":
      return comparison(node, resolve);
    case "NullTest":
      return tested(node.fields["arg"], node.fields["nulltesttype"] === "IS_NULL" ? "is null" : "is not null", resolve);
    case "BooleanTest":
      return truthTest(node, resolve);
    case "ColumnRef":
      return tested({ [node.kind]: node.fields }, "equal", resolve, true);
    case "SubLink":
      return semiJoin(node, resolve);
    case "BoolExpr":
      return negation(node, resolve);
    default:
      return [];
  }
}

function truthTest(node: Node, resolve: Resolve): Found[] {
  const how = { IS_TRUE: "is true", IS_FALSE: "is false" }[String(node.fields["booltesttype"])];
  return how === "is true" || how === "is false" ? tested(node.fields["arg"], how, resolve) : [];
}

function negation(node: Node, resolve: Resolve): Found[] {
  const [argument] = nodesIn(node.fields["args"]);
  const isColumn = node.fields["boolop"] === "NOT_EXPR" && argument?.kind === "ColumnRef";
  return isColumn ? tested({ ColumnRef: argument.fields }, "equal", resolve, false) : [];
}

function tested(value: unknown, how: How, resolve: Resolve, constant: Constant | null = null): Found[] {
  return sidesOf(value, resolve).flatMap((side) =>
    foundOn(side, { how, operator: how === "equal" ? "=" : how, constant }),
  );
}

type Stated = Pick<Condition, "how" | "operator" | "constant">;

function foundOn(side: Side, stated: Stated): Found[] {
  if (side.kind === "refused" && stated.how !== "join") {
    const { scan, columns, because } = side;
    scan.refused.push({ kind: "expression", columns, what: `an expression over ${columns.join(", ")}`, because });
  }
  if (side.kind !== "target") return [];
  return [{ scan: side.scan, condition: { target: side.expression, type: side.type, ...stated } }];
}

const RANGE_OPERATORS = new Set(["<", "<=", ">", ">="]);
const CONTAINS_OPERATORS = new Set(["@>", "<@", "?", "?|", "?&", "&&", "@@", "@?"]);
const MIRRORED: Readonly<Record<string, string>> = {
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  "@>": "<@",
  "<@": "@>",
};

function howOf(kind: unknown, operator: string): How | null {
  if (kind === "AEXPR_BETWEEN" || RANGE_OPERATORS.has(operator)) return "range";
  if (kind === "AEXPR_OP_ALL" || kind === "AEXPR_DISTINCT" || kind === "AEXPR_NOT_DISTINCT") return null;
  if (operator === "=") return "equal";
  if (operator === "~~") return "like";
  if (operator === "~~*" || operator === "~" || operator === "~*") return "match";
  return CONTAINS_OPERATORS.has(operator) ? "contains" : null;
}

function comparison(node: Node, resolve: Resolve): Found[] {
  const { lexpr, rexpr, kind } = node.fields;
  const operator = namesIn(node.fields["name"]).at(-1) ?? "";
  const [leftRow, rightRow] = [rowOf(lexpr), rowOf(rexpr)];
  if (leftRow !== null && rightRow !== null && operator === "=") {
    return leftRow.flatMap((left, at) => compared({ left, right: rightRow[at], operator, kind }, resolve));
  }
  // Of a row that is compared by its order, the first column decides where to begin.
  if (leftRow !== null) return compared({ left: leftRow[0], right: rightRow?.[0], operator, kind }, resolve);
  return compared({ left: lexpr, right: rexpr, operator, kind }, resolve);
}

const rowOf = (value: unknown): unknown[] | null => {
  const node = nodeOf(value);
  return node?.kind === "RowExpr" && Array.isArray(node.fields["args"]) ? node.fields["args"] : null;
};

type Compared = { left: unknown; right: unknown; operator: string; kind: unknown };

function compared({ left, right, operator, kind }: Compared, resolve: Resolve): Found[] {
  const how = howOf(kind, operator);
  if (how === null) return [];
  const [ones, others] = [sidesOf(left, resolve), sidesOf(right, resolve)];
  if (others[0]?.kind === "value") {
    // One of several patterns: no single one is known to be there.
    if (kind === "AEXPR_OP_ANY" && how === "like") return [];
    return ones.flatMap((side) => foundOn(side, { how, operator, constant: constantFor(right) }));
  }
  if (ones[0]?.kind === "value") return mirrored({ left, operator, kind, how }, others);
  if (how !== "equal" || isWithinOneScan(ones[0], others[0])) return [];
  return [...ones, ...others].flatMap((side) => foundOn(side, { how: "join", operator, constant: null }));
}

const isWithinOneScan = (one: Side | undefined, other: Side | undefined): boolean =>
  one?.kind === "target" && other?.kind === "target" && one.scan === other.scan;

function mirrored({ left, operator, kind, how }: Omit<Compared, "right"> & { how: How }, sides: Side[]): Found[] {
  if (kind === "AEXPR_OP_ANY") {
    for (const side of sides) if (side.kind === "target") side.scan.refused.push(refusedElement(side.scan, side));
    return [];
  }
  if (how === "like" || how === "match") return [];
  const turned = MIRRORED[operator] ?? operator;
  return sides.flatMap((side) => foundOn(side, { how, operator: turned, constant: constantOf(left) }));
}

function refusedElement(scan: Scan, { expression }: Extract<Side, { kind: "target" }>): Refusal {
  const column = expression.kind === "column" ? expression.column : "the array";
  const known = expression.kind === "column" ? columnNamed(scan.table, column) : null;
  return {
    kind: "element",
    columns: [column],
    what: `a condition = ANY (${column})`,
    because: `no index finds an element of ${known?.type ?? "an array"} by it: write ${column} @> ARRAY[…] instead`,
  };
}

/** The constant that a condition compares with; of a list its only member, so that a longer list stays unknown. */
function constantFor(value: unknown): Constant | null {
  const constants = constantsOf(value) ?? [];
  return constants.length === 1 ? (constants[0] ?? null) : null;
}

/** `x IN (SELECT …)` joins x; what the query below reads is read there. */
function semiJoin(node: Node, resolve: Resolve): Found[] {
  if (node.fields["subLinkType"] !== "ANY_SUBLINK" || node.fields["testexpr"] === undefined) return [];
  const operator = namesIn(node.fields["operName"]).at(-1) ?? "=";
  if (operator !== "=") return [];
  const tests = rowOf(node.fields["testexpr"]) ?? [node.fields["testexpr"]];
  return tests.flatMap((test) =>
    sidesOf(test, resolve).flatMap((side) => foundOn(side, { how: "join", operator, constant: null })),
  );
}

/** An OR serves by indexes when each of its arms has a condition on the same table: each arm is then searched on its own. */
function readAlternatives(arms: readonly Node[], resolve: Resolve): void {
  const found = arms.map((arm) => armOf(arm, resolve));
  const scans = new Set(found.flatMap((arm) => arm.map(({ scan }) => scan)));
  for (const scan of scans) {
    const own = found.map((arm) => arm.filter((one) => one.scan === scan).map(({ condition }) => condition));
    if (own.every((conditions) => conditions.length > 0)) scan.alternatives.push(own);
    else if (scans.size > 1) scan.refused.push(refusedAlternatives([...scans], own.flat()));
  }
}

function refusedAlternatives(scans: readonly Scan[], conditions: readonly Condition[]): Refusal {
  const tables = [...new Set(scans.map(({ table }) => table.table))].toSorted().join(" and ");
  return {
    kind: "alternatives",
    columns: conditions.flatMap(({ target }) => (target.kind === "column" ? target.column : [])),
    what: `an OR over ${tables}`,
    because: "each arm is about another table, so neither can be searched by itself: a UNION of two queries can",
  };
}

function armOf(arm: Node, resolve: Resolve): Found[] {
  if (arm.kind === "BoolExpr" && arm.fields["boolop"] === "AND_EXPR") {
    return nodesIn(arm.fields["args"]).flatMap((part) => conditionsIn(part, resolve));
  }
  return conditionsIn(arm, resolve);
}
