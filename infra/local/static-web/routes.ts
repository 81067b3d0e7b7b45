// The part of `staticwebapp.config.json` that PgMedic uses, decided as Azure Static Web Apps decides it:
// the first route whose pattern and method match counts, and nothing after it.
import { readFileSync } from "node:fs";
import { z } from "zod";

const Pattern = z
  .string()
  .startsWith("/")
  .regex(/^[^*]*\*?$/, "a wildcard may stand only at the end");
const Method = z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const Headers = z.record(z.string(), z.string());

const Route = z.strictObject({
  route: Pattern,
  methods: z.array(Method).optional(),
  allowedRoles: z.array(z.string()).optional(),
  redirect: z.string().optional(),
  rewrite: z.string().startsWith("/").optional(),
  statusCode: z.number().int().optional(),
  headers: Headers.default({}),
});
type Route = z.infer<typeof Route>;

const Override = z.strictObject({ redirect: z.string(), statusCode: z.number().int().default(302) });

/** The configuration file. A setting that the local front does not know is an error: it would be ignored silently. */
export const SiteConfig = z.strictObject({
  $schema: z.string().optional(),
  routes: z.array(Route),
  navigationFallback: z.strictObject({ rewrite: z.string().startsWith("/"), exclude: z.array(Pattern) }).optional(),
  globalHeaders: Headers.default({}),
  responseOverrides: z.partialRecord(z.enum(["400", "401", "403", "404"]), Override).default({}),
});
export type SiteConfig = z.infer<typeof SiteConfig>;

/** Reads and checks the configuration; a wrong one is refused with the place of each mistake. */
export function readSiteConfig(path: string): SiteConfig {
  const parsed = SiteConfig.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not valid:\n${z.prettifyError(parsed.error)}`);
}

/** Routes are compared without regard to case, because the Functions host finds `/api/Alerts` too. */
export function matchesPattern(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), path.toLowerCase()];
  return wanted.endsWith("*") ? given.startsWith(wanted.slice(0, -1)) : given === wanted;
}

/** What the routes say about a request, before any content is looked for. */
export type RouteVerdict =
  | { verdict: "serve"; path: string; headers: Record<string, string> }
  | { verdict: "redirect"; location: string; status: number }
  | { verdict: "refuse"; status: number };

export type RoutedRequest = { method: string; path: string; roles: readonly string[] };

function findRoute(config: SiteConfig, { method, path }: RoutedRequest) {
  // Azure's own `/.auth` endpoints are closed only by a route that names them, never by a wildcard.
  const isNamed = (pattern: string) => !(path.startsWith("/.auth/") && pattern.endsWith("*"));
  return config.routes.find(
    ({ route, methods }) =>
      matchesPattern(route, path) && isNamed(route) && (methods?.some((listed) => listed === method) ?? true),
  );
}

/** The status that a route refuses this caller with, or null. */
function refusalOf({ allowedRoles, statusCode, redirect }: Route, roles: readonly string[]): number | null {
  const isAllowed = allowedRoles?.some((role) => roles.includes(role)) ?? true;
  if (!isAllowed) return roles.includes("authenticated") ? 403 : 401;
  return redirect === undefined && statusCode !== undefined ? statusCode : null;
}

/** Decides a request by its route. `roles` holds `anonymous`, and `authenticated` once somebody signed in. */
export function decideRoute(config: SiteConfig, request: RoutedRequest): RouteVerdict {
  const route = findRoute(config, request);
  if (route === undefined) return { verdict: "serve", path: request.path, headers: {} };
  const refusal = refusalOf(route, request.roles);
  if (refusal !== null) return { verdict: "refuse", status: refusal };
  if (route.redirect !== undefined) {
    return { verdict: "redirect", location: route.redirect, status: route.statusCode ?? 302 };
  }
  return { verdict: "serve", path: route.rewrite ?? request.path, headers: route.headers };
}

/** Where an error status leads: `responseOverrides`, with `.referrer` replaced by the path that was asked for. */
export function overrideOf(config: SiteConfig, status: number, askedFor: string) {
  const override = Object.entries(config.responseOverrides).find(([code]) => Number(code) === status)?.[1];
  if (override === undefined) return null;
  const location = override.redirect.replace(".referrer", encodeURIComponent(askedFor));
  return { location, status: override.statusCode };
}
