import type { HttpResponseInit } from "@azure/functions";
import type * as Jose from "jose";
import { problem } from "./problem.ts";

/** The application of ours that a token must be for. */
export type Application = {
  authorityHost: string;
  tenant: string;
  clientId: string;
  /** Its application id URI. */
  uri: string;
};
export type ReadToken = { ok: true; payload: Jose.JWTPayload } | { ok: false; because: string };

/** The issuer of tokens of version 1, in the public cloud. */
const FIRST_ISSUER = "https://sts.windows.net";
/** Clocks of two services may differ by this much. */
const LEEWAY_SECONDS = 60;
/** What jose says when it has no keys to verify with: no answer in time, another status than 200, or no key set in it. */
const OUTAGES = new Set(["ERR_JWKS_TIMEOUT", "ERR_JOSE_GENERIC", "ERR_JWKS_INVALID"]);
const keySets = new Map<string, Jose.JWTVerifyGetKey>();

/** The signing keys of an authority: fetched once, cached, and fetched again when a token names a key that is not among them. */
function keysOf({ createRemoteJWKSet }: typeof Jose, authority: string): Jose.JWTVerifyGetKey {
  const keys =
    keySets.get(authority) ??
    createRemoteJWKSet(new URL(`${authority}/discovery/v2.0/keys`), { timeoutDuration: 3_000 });
  keySets.set(authority, keys);
  return keys;
}

/** Where an application's tokens come from. */
export const authorityOf = ({ authorityHost, tenant }: Pick<Application, "authorityHost" | "tenant">): string =>
  `${authorityHost}/${tenant}`;

/**
 * What the Entra token of an `Authorization` header says, with issuer, audience, signature and times verified. Rejects when the keys cannot be had:
 * that is an outage, which the caller shall repeat, and no proof of anything.
 */
export async function verifiedBearer(
  headers: { get(name: string): string | null },
  application: Application,
): Promise<ReadToken> {
  const token = /^Bearer (\S+)$/.exec(headers.get("authorization") ?? "")?.[1];
  if (token === undefined) return { ok: false, because: "Send an Entra token as a Bearer token." };
  const { tenant, clientId, uri } = application;
  const authority = authorityOf(application);
  const jose = await import("jose"); // only with a token to verify, so that an app starts without it
  try {
    const { payload } = await jose.jwtVerify(token, keysOf(jose, authority), {
      // The application's registration decides which version its tokens have: 1 where nobody chose. One of version 2 always names the client
      // id, one of version 1 what was asked for (Entra: access token claims reference).
      issuer: [`${authority}/v2.0`, `${FIRST_ISSUER}/${tenant}/`],
      audience: [clientId, uri],
      algorithms: ["RS256"],
      requiredClaims: ["exp", "nbf"],
      clockTolerance: LEEWAY_SECONDS,
    });
    return { ok: true, payload };
  } catch (failure) {
    const isOfToken = failure instanceof jose.errors.JOSEError && !OUTAGES.has(failure.code);
    if (isOfToken) return { ok: false, because: `${failure.code}: ${failure.message}` };
    throw failure;
  }
}

/** The answer to who proves nothing. */
export const unproven = (detail: string): HttpResponseInit =>
  problem(401, "token-not-valid", { title: "The token is missing or not valid", detail });
