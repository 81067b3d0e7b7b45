import { timingSafeEqual } from "node:crypto";
import type { HttpRequest } from "@azure/functions";
import { z } from "zod";
import type { Settings } from "../settings.ts";

/** The principal as a Static Web App sends it to its linked api. */
const ClientPrincipal = z.looseObject({
  userId: z.string().min(1),
  userDetails: z.string(),
  userRoles: z.array(z.string()),
});
export type ClientPrincipal = z.infer<typeof ClientPrincipal>;

/** What a Static Web App's token for its linked app says: it lives for five minutes, and `prn` is the principal once more. */
const Claims = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  prn: z.string(),
  nbf: z.number(),
  exp: z.number(),
});

/** How App Service's authentication names a Static Web App among its identity providers. */
const PLATFORM_PROVIDER = "azureStaticWebApps";
/** Clocks of two services may differ by this much. */
const LEEWAY_SECONDS = 60;

/** `suspicious`: not merely signed out, so that somebody should know of it. */
export type Vouched = { ok: true; principal: ClientPrincipal } | { ok: false; because: string; suspicious: boolean };
const refused = (because: string, suspicious = true): Vouched => ({ ok: false, because, suspicious });

/**
 * Whom the front vouches for. Anybody can send a principal header, so it counts only with a proof: behind a Static Web App the platform's
 * (App Service's authentication has let the call through as that Static Web App's, and the token beside it agrees word for word), behind
 * the local front a shared secret. Without either setting nobody is let in.
 */
export async function vouchedPrincipal(request: HttpRequest, settings: Settings, now: Date): Promise<Vouched> {
  const header = request.headers.get("x-ms-client-principal");
  if (header === null) return refused("nobody is signed in", false);
  const { PGMEDIC_FRONT_HOST: frontHost, PGMEDIC_FRONT_PROOF: secret } = settings;
  const doubt =
    frontHost === undefined
      ? doubtOfSecret(request, secret)
      : await doubtOfPlatform(request, { header, frontHost, settings, now });
  if (doubt !== null) return refused(doubt);
  const parsed = ClientPrincipal.safeParse(decoded(header));
  return parsed.success ? { ok: true, principal: parsed.data } : refused("the principal cannot be read");
}

function doubtOfSecret(request: HttpRequest, secret: string | undefined): string | null {
  if (secret === undefined) return "neither PGMEDIC_FRONT_HOST nor PGMEDIC_FRONT_PROOF is set";
  return isEqual(request.headers.get("x-pgmedic-front-proof") ?? "", secret) ? null : "the front's proof is missing";
}

type Said = { header: string; frontHost: string; settings: Settings; now: Date };

/** Null when the platform itself has checked the call. Its token's signature is App Service's to verify: no address of its keys is documented. */
async function doubtOfPlatform(request: HttpRequest, said: Said): Promise<string | null> {
  const { WEBSITE_AUTH_ENABLED: isAuthOn, WEBSITE_HOSTNAME: ownHost } = said.settings;
  if (isAuthOn?.toLowerCase() !== "true")
    return "App Service's authentication is off: deploy infra/modules/linked-backend.bicep";
  if (request.headers.get("x-ms-client-principal-idp") !== PLATFORM_PROVIDER)
    return "the call did not come through the Static Web App";
  const token = /^Bearer (\S+)$/i.exec(request.headers.get("x-ms-auth-token") ?? "")?.[1];
  if (token === undefined) return "the Static Web App's token is missing";
  const { decodeJwt } = await import("jose"); // only with a token to read, so that the app starts without it
  const claims = Claims.safeParse(attempt(() => decodeJwt(token)));
  if (!claims.success) return "the Static Web App's token cannot be read";
  if (ownHost === undefined || claims.data.aud.replace(/\/$/, "") !== `https://${ownHost}`)
    return "the token is for another app";
  return doubtOfClaims(claims.data, said);
}

function doubtOfClaims({ iss, sub, prn, nbf, exp }: z.infer<typeof Claims>, { header, frontHost, now }: Said) {
  if (iss !== `https://${frontHost}/.auth`) return "the token is of another Static Web App";
  const seconds = now.getTime() / 1_000;
  if (seconds < nbf - LEEWAY_SECONDS || seconds > exp + LEEWAY_SECONDS) return "the token's time is over, or not come";
  // The header is what the handlers read: it must be what the token says, and nothing else.
  if (!isEqual(prn, header)) return "the token names another principal";
  const { userId } = ClientPrincipal.partial().safeParse(decoded(prn)).data ?? {};
  return sub === userId ? null : "the token names another person";
}

const decoded = (base64: string): unknown => attempt(() => JSON.parse(Buffer.from(base64, "base64").toString("utf8")));

/** What cannot be read is undefined, which no schema takes. */
function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isEqual(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
