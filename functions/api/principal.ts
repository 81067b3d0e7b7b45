import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import type { Actor } from "../../shared/contracts/primitives.ts";
import { Role } from "../../shared/contracts/api.ts";
import { guarded, problem } from "../problem.ts";
import { services } from "../services.ts";
import { type ClientPrincipal, vouchedPrincipal } from "./front.ts";

/** A signed-in person with the roles that count. */
export type Person = { userId: string; name: string; roles: ReadonlySet<Role> };
export type PersonHandler = (
  request: HttpRequest,
  person: Person,
  context: InvocationContext,
) => Promise<HttpResponseInit>;

const IMPLIED: Record<Role, readonly Role[]> = {
  reader: ["reader"],
  operator: ["reader", "operator"],
  admin: ["reader", "operator", "admin"],
};

/** A person as the record names them. */
export const actorOf = ({ userId, name }: Person): Actor => ({ kind: "person", userId, name });

/**
 * Lets a handler run for people with a role, whom the front vouches for. Requests that change something must be ones that a foreign page
 * cannot make a browser send.
 */
export const asPerson = (role: Role, handler: PersonHandler): HttpHandler =>
  guarded(async (request, context) => {
    const { settings, now } = services();
    const vouched = await vouchedPrincipal(request, settings, now());
    if (!vouched.ok) {
      if (vouched.suspicious) context.warn(`a principal was refused: ${vouched.because}`);
      return problem(401, "not-signed-in", { title: "Sign in first" });
    }
    const person = personOf(vouched.principal);
    if (!person.roles.has(role)) return problem(403, "role-missing", { title: `This needs the role ${role}` });
    const forgery = request.method === "GET" ? null : crossSite(request);
    if (forgery !== null)
      return problem(403, "cross-site", { title: "The request did not come from the dashboard", detail: forgery });
    return handler(request, person, context);
  });

const personOf = ({ userId, userDetails, userRoles }: ClientPrincipal): Person => ({
  userId,
  name: userDetails,
  roles: rolesIn(userRoles),
});

/** The roles that count among some names, with those that they imply. */
export function rolesIn(names: readonly string[]): ReadonlySet<Role> {
  const roles = names.flatMap((name) => {
    const role = Role.safeParse(name);
    return role.success ? IMPLIED[role.data] : [];
  });
  return new Set(roles);
}

function crossSite(request: HttpRequest): string | null {
  if (request.headers.get("x-pgmedic-request") !== "1") return "The header x-pgmedic-request is missing.";
  const type = request.headers.get("content-type");
  if (request.method !== "DELETE" && type?.split(";")[0]?.trim() !== "application/json")
    return "The body must be application/json.";
  const origin = request.headers.get("origin");
  const host = siteOf(request);
  if (origin !== null && host !== null && URL.parse(origin)?.host !== host)
    return `The origin ${origin} is not this site.`;
  return null;
}

/** The host that the person's browser asked. Behind a Static Web App `host` is that of the Functions app; the front keeps the address. */
const siteOf = ({ headers }: HttpRequest): string | null =>
  URL.parse(headers.get("x-ms-original-url") ?? "")?.host ?? headers.get("x-forwarded-host") ?? headers.get("host");
