import { timingSafeEqual } from "node:crypto";
import type { HttpHandler, HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { z } from "zod";
import type { Actor } from "../../shared/contracts/primitives.ts";
import { Role } from "../../shared/contracts/api.ts";
import { guarded, problem } from "../problem.ts";
import { services } from "../services.ts";

/** The principal as a Static Web App sends it to its linked api. */
const ClientPrincipal = z.looseObject({
  userId: z.string().min(1),
  userDetails: z.string(),
  userRoles: z.array(z.string()),
});

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
 * Lets a handler run for people with a role. The principal header counts only with the front's proof: anybody can send the header.
 * Requests that change something must be ones that a foreign page cannot make a browser send.
 */
export const asPerson = (role: Role, handler: PersonHandler): HttpHandler =>
  guarded(async (request, context) => {
    const person = personOf(request);
    if (person === null) return problem(401, "not-signed-in", { title: "Sign in first" });
    if (!person.roles.has(role)) return problem(403, "role-missing", { title: `This needs the role ${role}` });
    const forgery = request.method === "GET" ? null : crossSite(request);
    if (forgery !== null)
      return problem(403, "cross-site", { title: "The request did not come from the dashboard", detail: forgery });
    return handler(request, person, context);
  });

function personOf(request: HttpRequest): Person | null {
  const { PGMEDIC_FRONT_PROOF: expected } = services().settings;
  const proof = request.headers.get("x-pgmedic-front-proof");
  const header = request.headers.get("x-ms-client-principal");
  if (expected === undefined || proof === null || header === null || !isEqual(proof, expected)) return null;
  try {
    const decoded: unknown = JSON.parse(Buffer.from(header, "base64").toString("utf8"));
    const { userId, userDetails, userRoles } = ClientPrincipal.parse(decoded);
    const roles = userRoles.flatMap((name) => {
      const role = Role.safeParse(name);
      return role.success ? IMPLIED[role.data] : [];
    });
    return { userId, name: userDetails, roles: new Set(roles) };
  } catch {
    return null;
  }
}

function isEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function crossSite(request: HttpRequest): string | null {
  if (request.headers.get("x-pgmedic-request") !== "1") return "The header x-pgmedic-request is missing.";
  const type = request.headers.get("content-type");
  if (request.method !== "DELETE" && type?.split(";")[0]?.trim() !== "application/json")
    return "The body must be application/json.";
  const origin = request.headers.get("origin");
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  if (origin !== null && host !== null && URL.parse(origin)?.host !== host)
    return `The origin ${origin} is not this site.`;
  return null;
}
