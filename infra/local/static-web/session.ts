// Who is signed in: a principal in a cookie that only this front can sign.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { Role } from "../../../shared/contracts/api.ts";

/** The client principal as Azure Static Web Apps passes it on. */
export const ClientPrincipal = z.strictObject({
  identityProvider: z.string(),
  userId: z.string(),
  userDetails: z.string(),
  userRoles: z.array(z.string()),
});
export type ClientPrincipal = z.infer<typeof ClientPrincipal>;

const Session = z.strictObject({ principal: ClientPrincipal, expiresAt: z.number() });
const COOKIE = "StaticWebAppsAuthCookie";
const SESSION_MS = 8 * 60 * 60 * 1000;

/** Body of the local sign-in form. */
export const SignIn = z.strictObject({ name: z.string().trim().min(1).max(60), role: Role });
export type SignIn = z.infer<typeof SignIn>;

/** A role includes the lesser ones, as the invitations of a deployment do. */
const ROLES: Record<Role, readonly Role[]> = {
  reader: ["reader"],
  operator: ["reader", "operator"],
  admin: ["reader", "operator", "admin"],
};

/** The principal of a person who signed in locally; one name is one person. */
export function principalOf(provider: string, { name, role }: SignIn): ClientPrincipal {
  return {
    identityProvider: provider,
    userId: createHash("sha256").update(`${provider}:${name.toLowerCase()}`).digest("hex").slice(0, 32),
    userDetails: name,
    userRoles: ["anonymous", "authenticated", ...ROLES[role]],
  };
}

const signatureOf = (secret: string, payload: string): Buffer =>
  createHmac("sha256", secret).update(`session:${payload}`).digest();

/** The `Set-Cookie` value that signs a person in for eight hours. */
export function sessionCookie(secret: string, principal: ClientPrincipal, nowMs: number): string {
  const session = { principal, expiresAt: nowMs + SESSION_MS };
  const payload = Buffer.from(JSON.stringify(session)).toString("base64url");
  const signature = signatureOf(secret, payload).toString("base64url");
  return `${COOKIE}=${payload}.${signature}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_MS / 1000}`;
}

/** The `Set-Cookie` value that signs out. */
export const endedSessionCookie = `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;

/** The signed-in principal, or null: no cookie, an expired one, or one that this front did not sign. */
export function readSession(secret: string, cookies: string | undefined, nowMs: number): ClientPrincipal | null {
  const cookie = cookies
    ?.split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${COOKIE}=`));
  const [payload, signature] = cookie?.slice(COOKIE.length + 1).split(".") ?? [];
  if (payload === undefined || signature === undefined) return null;
  const given = Buffer.from(signature, "base64url");
  const wanted = signatureOf(secret, payload);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const session = Session.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  return session.success && session.data.expiresAt > nowMs ? session.data.principal : null;
}
