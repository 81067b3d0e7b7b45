// The functions of Bicep that are used here, on values. A function that is not listed does not exist.
import { createHash } from "node:crypto";
import { hasRuntime, isPlainObject, isRuntime, runtimeOf, textOf } from "./values.ts";

export type Lambda = (...values: unknown[]) => unknown;
type Pure = (values: unknown[]) => unknown;

const hash = (values: unknown[]): string => createHash("sha256").update(values.map(textOf).join("|")).digest("hex");
const asArray = (value: unknown): unknown[] => {
  if (!Array.isArray(value)) throw new Error(`a list is expected: ${textOf(value)}`);
  return value;
};
const asRecord = (value: unknown): Record<string, unknown> => {
  if (!isPlainObject(value)) throw new Error(`an object is expected: ${textOf(value)}`);
  return value;
};
const asText = (value: unknown): string => {
  if (typeof value !== "string") throw new Error(`a string is expected: ${textOf(value)}`);
  return value;
};
const asLambda = (value: unknown): Lambda => {
  if (typeof value !== "function") throw new Error("a lambda is expected");
  // The evaluator makes every function value itself, from a lambda.
  return value as Lambda;
};

function union(values: unknown[]): unknown {
  if (Array.isArray(values[0])) return [...new Set(values.flatMap(asArray))];
  const merge = (a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> => ({
    ...a,
    ...Object.fromEntries(
      Object.entries(b).map(([name, value]) => {
        const old = a[name];
        return [name, isPlainObject(old) && isPlainObject(value) ? merge(old, value) : value];
      }),
    ),
  });
  return values.map(asRecord).reduce(merge, {});
}

function contains([whole, part]: unknown[]): boolean {
  if (typeof whole === "string") return whole.includes(asText(part));
  return Array.isArray(whole) ? whole.includes(part) : Object.hasOwn(asRecord(whole), asText(part));
}

function isEmpty([value]: unknown[]): boolean {
  if (value === null || value === "") return true;
  if (isRuntime(value)) return false;
  return Array.isArray(value) ? value.length === 0 : isPlainObject(value) && Object.keys(value).length === 0;
}

function format([pattern, ...values]: unknown[]): string {
  return asText(pattern).replaceAll(/\{(\d+)(?::[^}]*)?\}/g, (_all, at: string) => textOf(values[Number(at)]));
}

/** Functions that make a text: one part that is known later makes all of it known later. */
const TEXT: Record<string, Pure> = {
  format,
  guid: (values) => hash(values).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5"),
  uniqueString: (values) => hash(values).slice(0, 13),
  toLower: ([text]) => asText(text).toLowerCase(),
  replace: ([text, from, to]) => asText(text).replaceAll(asText(from), asText(to)),
  take: ([value, count]) =>
    Array.isArray(value) ? value.slice(0, Number(count)) : asText(value).slice(0, Number(count)),
  split: ([text, separator]) => asText(text).split(asText(separator)),
  join: ([values, separator]) =>
    asArray(values)
      .map((value) => textOf(value))
      .join(asText(separator)),
  last: ([value]): unknown => (Array.isArray(value) ? asArray(value).at(-1) : asText(value).slice(-1)),
  string: ([value]) => textOf(value),
  json: ([text]) => JSON.parse(asText(text)) as unknown,
  cidrSubnet: ([range, size, at]) => subnetOf(asText(range), Number(size), Number(at)),
  environment: () => ({
    name: "AzureCloud",
    authentication: { loginEndpoint: "https://login.microsoftonline.com/" },
    resourceManager: "https://management.azure.com/",
    suffixes: { storage: "core.windows.net" },
  }),
  tenant: () => ({ tenantId: "00000000-0000-4000-8000-0000000000aa" }),
  deployment: () => ({ name: "pgmedic" }),
  newGuid: () => "00000000-0000-4000-8000-0000000000bb",
  utcNow: () => "2026-11-01",
};

/** Functions that only move values about. */
const SHAPE: Record<string, Pure> = {
  union,
  contains,
  empty: isEmpty,
  length: ([value]) => (Array.isArray(value) ? value.length : asText(value).length),
  concat: (values) => values.flatMap(asArray),
  flatten: ([value]) => asArray(value).flatMap(asArray),
  map: ([values, each]) => asArray(values).map((value, at) => asLambda(each)(value, at)),
  filter: ([values, test]) => asArray(values).filter((value) => asLambda(test)(value) === true),
  reduce: ([values, first, step]) => asArray(values).reduce((sum, value) => asLambda(step)(sum, value), first),
  items: ([value]) => Object.entries(asRecord(value)).map(([key, item]) => ({ key, value: item })),
  range: ([from, count]) => Array.from({ length: Number(count) }, (_item, at) => Number(from) + at),
  toObject: ([values, keyOf, valueOf]) =>
    Object.fromEntries(
      asArray(values).map((value) => [
        asText(asLambda(keyOf)(value)),
        valueOf === undefined ? value : asLambda(valueOf)(value),
      ]),
    ),
};

/** Functions that need to know where they are: the evaluator has them. */
const CONTEXT_FUNCTIONS = new Set(
  "resourceGroup subscription loadJsonContent loadTextContent readEnvironmentVariable subscriptionResourceId resourceId".split(
    " ",
  ),
);
export const isFunction = (name: string): boolean => name in TEXT || name in SHAPE || CONTEXT_FUNCTIONS.has(name);

/** Calls a function; an unknown one throws. */
export function call(name: string, values: unknown[]): unknown {
  const shape = SHAPE[name];
  if (shape !== undefined) return shape(values);
  const text = TEXT[name];
  if (text === undefined) throw new Error(`there is no function ${name}`);
  if (!values.some(hasRuntime)) return text(values);
  const known = values.every((value) => !isRuntime(value) || value.known !== undefined);
  const plain = values.map((value) => (isRuntime(value) ? (value.known ?? value.runtime) : value));
  return runtimeOf(`${name}(${values.map(textOf).join(", ")})`, known ? text(plain) : undefined);
}

/** The network with number `at` of those of a given size within a range of IPv4 addresses. */
function subnetOf(range: string, size: number, at: number): string {
  const [address = "", bits = ""] = range.split("/");
  const start = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) + at * 2 ** (32 - size);
  if (size < Number(bits) || at >= 2 ** (size - Number(bits))) throw new Error(`${range} has no /${size} number ${at}`);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${size}`;
}
