import { type Fields, fieldsIn, type Node, nodeOf, nodesIn } from "./syntax.ts";

/** A constant as a query writes it. */
export type Constant = string | number | boolean;

/** The value of a constant node, casts around it left out; null when it is none, or a parameter. */
export function constantOf(value: unknown): Constant | null {
  const node = nodeOf(value);
  if (node?.kind === "TypeCast") return constantOf(node.fields["arg"]);
  return node?.kind === "A_Const" ? valueOf(node.fields) : null;
}

// The parser's JSON leaves out what is empty: the integer 0 is `{ ival: {} }`, and false is `{ boolval: {} }`.
function valueOf(fields: Fields): Constant | null {
  const inner = (name: string): Fields | null => fieldsIn(fields[name]);
  const [text, integer, number, truth] = [inner("sval"), inner("ival"), inner("fval"), inner("boolval")];
  if (text !== null) return typeof text["sval"] === "string" ? text["sval"] : "";
  if (integer !== null) return typeof integer["ival"] === "number" ? integer["ival"] : 0;
  if (number !== null) return Number(number["fval"]);
  if (truth !== null) return truth["boolval"] === true;
  return null;
}

/** The constants of `IN (…)`, `ARRAY[…]` or a single value; null when one of them is not a constant. */
export function constantsOf(value: unknown): Constant[] | null {
  const node = nodeOf(value);
  if (node?.kind === "TypeCast") return constantsOf(node.fields["arg"]);
  const items = node === null ? [] : itemsOf(node);
  const constants = items.map(({ kind, fields }) => constantOf({ [kind]: fields }));
  return constants.length === 0 || constants.includes(null) ? null : constants.flatMap((one) => one ?? []);
}

function itemsOf(node: Node): Node[] {
  if (node.kind === "List") return nodesIn(node.fields["items"]);
  if (node.kind === "A_ArrayExpr") return nodesIn(node.fields["elements"]);
  return [node];
}
