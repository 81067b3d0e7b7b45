// The property trees of Azure's resource types, and what a value breaks of one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isRuntime, type Runtime, textOf } from "./values.ts";

export type TypeNode = {
  type?: "object" | "string" | "array" | "int" | "bool" | "any" | undefined;
  enum?: (string | number)[] | undefined;
  pattern?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
  required?: boolean | undefined;
  readOnly?: boolean | undefined;
  deployTimeConstant?: boolean | undefined;
  properties?: Record<string, TypeNode> | undefined;
  additionalProperties?: TypeNode | undefined;
  items?: TypeNode | undefined;
  discriminator?: string | undefined;
  variants?: Record<string, TypeNode> | undefined;
};
const TypeNode: z.ZodType<TypeNode> = z.lazy(() =>
  z.looseObject({
    type: z.enum(["object", "string", "array", "int", "bool", "any"]).optional(),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    pattern: z.string().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    required: z.boolean().optional(),
    readOnly: z.boolean().optional(),
    deployTimeConstant: z.boolean().optional(),
    properties: z.record(z.string(), TypeNode).optional(),
    additionalProperties: TypeNode.optional(),
    items: TypeNode.optional(),
    discriminator: z.string().optional(),
    variants: z.record(z.string(), TypeNode).optional(),
  }),
);
const TypeFile = z.looseObject({
  type: z.string(),
  apiVersion: z.string(),
  writableScopes: z.array(z.string()),
  body: TypeNode,
});
export type ResourceType = z.infer<typeof TypeFile>;
export type ResourceTypes = ReadonlyMap<string, ResourceType>;

/** Reads every tree of a folder, by `type@version`. */
export function readResourceTypes(folder: string): ResourceTypes {
  const files = readdirSync(folder).filter((name) => name.includes("@") && name.endsWith(".json"));
  const types = files.map((name) => TypeFile.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));
  return new Map(types.map((type) => [`${type.type}@${type.apiVersion}`, type]));
}

/** What is wrong with a value at one place of a resource. */
export type Breach = { rule: string; message: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Judge = (value: unknown, node: TypeNode, path: string) => Breach[];
const JUDGES: Record<NonNullable<TypeNode["type"]>, Judge> = {
  any: () => [],
  object: (value, node, path) => (isRecord(value) ? ofObject(value, node, path) : [wrongType(value, node, path)]),
  array: (value, node, path) => {
    if (!Array.isArray(value)) return [wrongType(value, node, path)];
    const { items } = node;
    return items === undefined ? [] : value.flatMap((item, at) => breaches(item, items, `${path}[${at}]`));
  },
  string: (value, node, path) =>
    typeof value === "string" ? ofText(value, node, path) : [wrongType(value, node, path)],
  // The types have no decimals: what the service takes as one comes through json('0.5').
  int: (value, node, path) =>
    typeof value === "number" ? ofNumber(value, node, path) : [wrongType(value, node, path)],
  bool: (value, node, path) => (typeof value === "boolean" ? [] : [wrongType(value, node, path)]),
};

/** Every way in which a value does not fit the tree. A value that is known only in Azure is judged by what its type is. */
export function breaches(value: unknown, node: TypeNode, path: string): Breach[] {
  if (isRuntime(value)) return ofRuntime(value, node, path);
  return node.type === undefined ? [] : JUDGES[node.type](value, node, path);
}

function ofRuntime({ runtime, known, tree }: Runtime, node: TypeNode, path: string): Breach[] {
  if (node.deployTimeConstant === true)
    return [{ rule: "runtime-name", message: `${path} must be known before the deployment: ${runtime}` }];
  if (known !== undefined) return breaches(known, node, path);
  const given = tree?.type ?? "any";
  const wanted = node.type ?? "any";
  if (given === "any" || wanted === "any" || given === wanted) return [];
  return [{ rule: "property-type", message: `${path} is ${given}, must be ${wanted}` }];
}

const wrongType = (value: unknown, { type }: TypeNode, path: string): Breach => ({
  rule: "property-type",
  message: `${path} must be ${type}: ${textOf(value).slice(0, 60)}`,
});

function ofText(value: string, node: TypeNode, path: string): Breach[] {
  const { minLength = 0, maxLength = Infinity, pattern } = node;
  const found: Breach[] = [];
  // Open sets are treated as closed: what the types do not know is a typing mistake far more often than news.
  if (node.enum !== undefined && !node.enum.includes(value))
    found.push({ rule: "enum", message: `${path} must be one of ${node.enum.join(", ")}: ${value}` });
  if (value.length < minLength || value.length > maxLength)
    found.push({ rule: "length", message: `${path} has ${value.length} characters: ${value}` });
  if (pattern !== undefined && !new RegExp(pattern).test(value))
    found.push({ rule: "pattern", message: `${path} must match ${pattern}: ${value}` });
  return found;
}

function ofNumber(value: number, { min = -Infinity, max = Infinity }: TypeNode, path: string): Breach[] {
  return value >= min && value <= max ? [] : [{ rule: "range", message: `${path} must be ${min} to ${max}: ${value}` }];
}

function ofObject(value: Record<string, unknown>, node: TypeNode, path: string): Breach[] {
  const variant = node.variants?.[String(value[node.discriminator ?? ""])];
  if (node.discriminator !== undefined && variant === undefined) {
    const message = `${path}.${node.discriminator} must be one of ${Object.keys(node.variants ?? {}).join(", ")}`;
    return [{ rule: "discriminator", message }];
  }
  const known: Record<string, TypeNode> = { ...node.properties, ...variant?.properties };
  const missing = Object.entries(known)
    .filter(([name, { required }]) => required === true && (value[name] ?? null) === null)
    .map(([name]) => ({ rule: "required", message: `${path}.${name} is missing` }));
  const given = Object.entries(value).filter(([, child]) => child !== null && child !== undefined);
  const rest = variant?.additionalProperties ?? node.additionalProperties;
  return [
    ...missing,
    ...given.flatMap(([name, child]) => ofProperty(child, known[name] ?? rest, `${path}.${name}`, known)),
  ];
}

function ofProperty(value: unknown, node: TypeNode | undefined, path: string, known: object): Breach[] {
  // An object of which the types name no property takes any.
  if (node === undefined)
    return Object.keys(known).length === 0 ? [] : [{ rule: "unknown-property", message: `${path} is not known` }];
  if (node.readOnly === true) return [{ rule: "read-only", message: `${path} is set by Azure alone` }];
  return breaches(value, node, path);
}
