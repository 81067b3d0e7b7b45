import { triggerOf } from "./invocation.ts";
import type { App, RegisteredFunction } from "./functions-core.ts";

type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | {
      readonly kind: "parameter";
      readonly name: string;
      readonly optional: boolean;
      readonly accepts: RegExp | undefined;
    }
  | { readonly kind: "rest"; readonly name: string };

export interface Route {
  readonly function: RegisteredFunction;
  readonly methods: readonly string[];
  readonly segments: readonly Segment[];
}

export interface RouteMatch {
  readonly function: RegisteredFunction;
  readonly params: Readonly<Record<string, string>>;
}

/** Constraints that a route parameter may name, as in `{id:int}`. */
const CONSTRAINTS: Readonly<Record<string, RegExp>> = {
  int: /^-?\d+$/,
  long: /^-?\d+$/,
  bool: /^(true|false)$/i,
  alpha: /^[a-z]+$/i,
  guid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

function parseSegment(text: string, functionName: string): Segment {
  const inner = /^\{(.*)\}$/.exec(text)?.[1];
  if (inner === undefined) return { kind: "literal", text: text.toLowerCase() };
  if (inner.startsWith("*")) return { kind: "rest", name: inner.replace(/^\*+/, "") };
  const [name = "", constraint] = inner.replace(/\?$/, "").split(":");
  const accepts = constraint === undefined ? undefined : CONSTRAINTS[constraint];
  if (constraint !== undefined && accepts === undefined) {
    throw new Error(
      `The route of "${functionName}" has the constraint "${constraint}", which is not supported locally.`,
    );
  }
  return { kind: "parameter", name, optional: inner.endsWith("?"), accepts };
}

const isStringList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/** The app's HTTP routes, the most specific first. Without a route, the function's name is the route. */
export function compileRoutes(app: App): Route[] {
  const routes: Route[] = [];
  for (const definition of app.functions.values()) {
    const { type, options } = triggerOf(definition);
    if (type.toLowerCase() !== "httptrigger") continue;
    const path = typeof options["route"] === "string" ? options["route"] : definition.name;
    if (/^\/?admin/i.test(path)) {
      throw new Error(
        `The route "${path}" of "${definition.name}" conflicts with the host's own routes: no route may begin with "admin".`,
      );
    }
    const methods = isStringList(options["methods"]) ? options["methods"] : ["GET", "POST"];
    const segments = path.split("/").filter(Boolean);
    routes.push({
      function: definition,
      methods: methods.map((method) => method.toUpperCase()),
      segments: segments.map((segment) => parseSegment(segment, definition.name)),
    });
  }
  return routes.toSorted(bySpecificity);
}

const RANK: Readonly<Record<Segment["kind"], number>> = { literal: 0, parameter: 1, rest: 2 };

function bySpecificity(a: Route, b: Route): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index += 1) {
    const [first, second] = [a.segments[index], b.segments[index]];
    const difference = (first ? RANK[first.kind] : -1) - (second ? RANK[second.kind] : -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Decodes a path segment, except for slashes: so does the real host. */
const decode = (segment: string): string =>
  segment
    .split(/(%2f)/i)
    .map((part) => (/^%2f$/i.test(part) ? part : decodeURIComponent(part)))
    .join("");

/** Finds the function for a path below the route prefix. A wrong method is no match: the answer is 404, not 405. */
export function matchRoute(routes: readonly Route[], method: string, path: readonly string[]): RouteMatch | undefined {
  for (const route of routes) {
    const params = route.methods.includes(method) ? matchSegments(route.segments, path) : undefined;
    if (params !== undefined) return { function: route.function, params };
  }
  return undefined;
}

function matchSegments(segments: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  let index = 0;
  for (const segment of segments) {
    if (segment.kind === "rest") {
      const rest = path.slice(index).map(decode).join("/");
      return rest === "" ? params : { ...params, [segment.name]: rest };
    }
    const text = path[index];
    if (!acceptsSegment(segment, text)) return undefined;
    if (segment.kind === "parameter" && text !== undefined) params[segment.name] = decode(text);
    index += 1;
  }
  return index >= path.length ? params : undefined;
}

function acceptsSegment(segment: Exclude<Segment, { kind: "rest" }>, text: string | undefined): boolean {
  if (text === undefined) return segment.kind === "parameter" && segment.optional;
  if (segment.kind === "literal") return decode(text).toLowerCase() === segment.text;
  return text !== "" && (segment.accepts?.test(decode(text)) ?? true);
}
