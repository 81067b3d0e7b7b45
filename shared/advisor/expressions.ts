import { IndexCast, type IndexExpression, IndexFunction, IndexOperator } from "../contracts/index-shape.ts";
import { columnNamed, plainType } from "./catalog.ts";
import { castTrouble, functionOn, operatorOn, TEXT_TYPES } from "./immutability.ts";
import { constantOf } from "./constants.ts";
import type { Scan } from "./scan.ts";
import { descendants, fieldsIn, namesIn, type Node, nodeOf, nodesIn } from "./syntax.ts";

/** A column of one scan. */
export type Binding = { scan: Scan; column: string };
/** The columns that a reference may mean: one, or one in each arm of a UNION below. */
export type Resolve = (reference: Node) => Binding[];

/** One side of a comparison. */
export type Side =
  | { kind: "value" }
  | { kind: "target"; scan: Scan; expression: IndexExpression; type: string | null }
  | { kind: "refused"; scan: Scan; columns: string[]; because: string }
  | { kind: "mixed" };

/** What an index could be built on for one side of a comparison; once for each arm of a UNION that the columns come from. */
export function sidesOf(value: unknown, resolve: Resolve): Side[] {
  const references = [...descendants(value)].filter(({ kind }) => kind === "ColumnRef");
  const node = nodeOf(value);
  // What a sub-query reads is read there; here it is a value that comes from it.
  if (node === null || node.kind === "SubLink" || references.length === 0) return [{ kind: "value" }];
  const bound = references.map((reference) => resolve(reference));
  const arms = bound[0]?.length ?? 0;
  if (arms === 0 || bound.some(({ length }) => length !== arms)) return [{ kind: "mixed" }];
  return Array.from({ length: arms }, (_, arm) => {
    const columns = new Map(references.map((reference, at) => [reference, bound[at]?.[arm]]));
    return sideOf(node, columns);
  });
}

type Columns = ReadonlyMap<Node, Binding | undefined>;
type Built = { expression: IndexExpression; type: string | null };
type Attempt = Built | { because: string };

function sideOf(node: Node, columns: Columns): Side {
  const bindings = [...columns.values()];
  const scan = bindings[0]?.scan;
  if (scan === undefined || bindings.some((binding) => binding?.scan !== scan)) return { kind: "mixed" };
  const byPosition = new Map([...columns].map(([reference, binding]) => [reference.fields["location"], binding]));
  const built = build(node, (reference) => byPosition.get(reference.fields["location"]));
  if ("because" in built) {
    const columns = [...new Set(bindings.flatMap((binding) => binding?.column ?? []))];
    return { kind: "refused", scan, columns, because: built.because };
  }
  return { kind: "target", scan, ...built };
}

type Lookup = (reference: Node) => Binding | undefined;

function build(node: Node, lookup: Lookup): Attempt {
  switch (node.kind) {
    case "ColumnRef":
      return buildColumn(lookup(node));
    case "A_Const": {
      const value = constantOf({ A_Const: node.fields });
      return value === null || typeof value === "boolean"
        ? { because: "a constant in it is of a kind that no index is built with" }
        : { expression: { kind: "constant", value }, type: typeOfConstant(value) };
    }
    case "ParamRef":
      return { because: "a part of it is a parameter, whose value the statement's text does not show" };
    case "TypeCast":
      return buildCast(node, lookup);
    case "FuncCall":
      return buildCall(namesIn(node.fields["funcname"]).at(-1) ?? "", nodesIn(node.fields["args"]), lookup);
    case "CoalesceExpr":
      return buildCall("coalesce", nodesIn(node.fields["args"]), lookup);
    case "A_Expr":
      return buildOperator(node, lookup);
    default:
      return { because: "it is of a form that no index is built on here" };
  }
}

const typeOfConstant = (value: string | number): string =>
  typeof value === "string" ? "unknown" : Number.isInteger(value) ? "integer" : "numeric";

function buildColumn(binding: Binding | undefined): Attempt {
  const column = binding === undefined ? null : columnNamed(binding.scan.table, binding.column);
  if (column === null) return { because: "its column is not known" };
  const type = column.type_kind === "e" ? "enum" : plainType(column.base_type);
  return { expression: { kind: "column", column: column.column }, type };
}

function buildCast(node: Node, lookup: Lookup): Attempt {
  const argument = nodeOf(node.fields["arg"]);
  const target = TYPE_NAMES[namesIn(fieldsIn(node.fields["typeName"])?.["names"]).at(-1) ?? ""];
  if (argument === null) return { because: "its cast is not understood" };
  const built = build(argument, lookup);
  if ("because" in built || isSameHere(built.type, target)) return built;
  const because = castTrouble(built.type, target ?? "");
  if (because !== null) return { because };
  const cast = IndexCast.safeParse(target);
  if (!cast.success) return { because: `a cast to ${target ?? "that type"} is not offered in an index` };
  return { expression: { kind: "cast", type: cast.data, argument: built.expression }, type: cast.data };
}

/** Casts that change nothing of what is compared: PostgreSQL drops them too. */
const isSameHere = (from: string | null, to: string | undefined): boolean =>
  from === "unknown" ||
  from === to ||
  (from !== null && to !== undefined && TEXT_TYPES.has(from) && TEXT_TYPES.has(to));

/** The parser's internal names of types. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  text: "text",
  varchar: "character varying",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  numeric: "numeric",
  float4: "real",
  float8: "double precision",
  bool: "boolean",
  date: "date",
  uuid: "uuid",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  jsonb: "jsonb",
  citext: "citext",
};

function buildCall(name: string, nodes: readonly Node[], lookup: Lookup): Attempt {
  const built = nodes.map((node) => build(node, lookup));
  const failed = built.find((one) => "because" in one);
  if (failed !== undefined) return failed;
  const parts = built.flatMap((one) => ("because" in one ? [] : one));
  const known = functionOn(
    name,
    parts.map(({ type }) => type),
  );
  if ("because" in known) return known;
  const parsed = IndexFunction.safeParse(name);
  if (!parsed.success || parts.length === 0 || parts.length > 4)
    return { because: `${name} is not offered in an index` };
  return {
    expression: { kind: "call", function: parsed.data, arguments: parts.map(({ expression }) => expression) },
    type: known.type,
  };
}

function buildOperator(node: Node, lookup: Lookup): Attempt {
  const [left, right] = [nodeOf(node.fields["lexpr"]), nodeOf(node.fields["rexpr"])];
  const name = namesIn(node.fields["name"]).at(-1) ?? "";
  const operator = IndexOperator.safeParse(name);
  if (left === null || right === null || !operator.success)
    return { because: `the operator ${name} is not offered in an index` };
  const [one, other] = [build(left, lookup), build(right, lookup)];
  if ("because" in one) return one;
  if ("because" in other) return other;
  const known = operatorOn(operator.data, one.type, other.type);
  if ("because" in known) return known;
  return {
    expression: { kind: "operator", operator: operator.data, left: one.expression, right: other.expression },
    type: known.type,
  };
}
