import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type * as Jose from "jose";
import { z } from "zod";
import { AlertSource } from "../shared/contracts/received-alert.ts";
import { problem } from "./problem.ts";
import { services } from "./services.ts";
import type { Settings } from "./settings.ts";

/** What an Entra token of the action group's service principal says, as far as it is checked beyond issuer, audience and times. */
const Claims = z.looseObject({
  roles: z.array(z.string()).default([]),
  azp: z.string().optional(),
  appid: z.string().optional(),
});

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

/** As whom somebody posts: a source of alerts, or PgMedic's runner with its sign of life. None may post what another does. */
export const AlertCaller = AlertSource;
export type AlertCaller = z.infer<typeof AlertCaller>;

/**
 * Refuses a call that does not come from Azure Monitor's secure webhook, from an application that may post for the source, or from the runner: 401 for
 * a token that proves nothing, 403 for one that proves somebody else. Null lets it through. Without Entra settings nothing is asked for, which
 * only a loopback installation may have.
 */
export async function refusedCaller(
  request: HttpRequest,
  source: AlertCaller = "azure",
): Promise<HttpResponseInit | null> {
  const { settings } = services();
  const {
    INGEST_AUDIENCE: uri,
    INGEST_CLIENT_ID: clientId,
    INGEST_TENANT_ID: tenant,
    INGEST_AUTHORITY_HOST: host,
  } = settings;
  if (uri === undefined || clientId === undefined || tenant === undefined) return null;
  const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined) return unproven("Send an Entra token as a Bearer token.");
  const authority = `${host}/${tenant}`;
  const jose = await import("jose"); // only with a token to verify, so that the app starts without it
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
    return isExpected(payload, source, settings) ? null : notAllowed();
  } catch (failure) {
    // A key server that does not answer, or answers nonsense, is an outage, which the caller shall repeat, and no proof of anything.
    const isOfToken = failure instanceof jose.errors.JOSEError && !OUTAGES.has(failure.code);
    if (isOfToken) return unproven(`${failure.code}: ${failure.message}`);
    throw failure;
  }
}

const unproven = (detail: string): HttpResponseInit =>
  problem(401, "token-not-valid", { title: "The token is missing or not valid", detail });

function isExpected(payload: Jose.JWTPayload, source: AlertCaller, settings: Settings): boolean {
  const { roles, azp, appid } = Claims.parse(payload);
  const caller = azp ?? appid;
  if (caller === undefined) return false;
  switch (source) {
    case "azure":
      return caller === settings.INGEST_CALLER_APP_ID && roles.includes(settings.INGEST_CALLER_ROLE);
    case "prometheus":
      return settings.INGEST_PROMETHEUS_APP_IDS.includes(caller) && roles.includes(settings.INGEST_SOURCE_ROLE);
    case "grafana":
      return settings.INGEST_GRAFANA_APP_IDS.includes(caller) && roles.includes(settings.INGEST_SOURCE_ROLE);
    case "pgmedic":
      return caller === settings.INGEST_SIGN_OF_LIFE_APP_ID;
  }
}

function notAllowed(): HttpResponseInit {
  return problem(403, "caller-not-allowed", { title: "The token is valid, but not of a caller that may post alerts" });
}
