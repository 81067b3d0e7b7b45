import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type * as Jose from "jose";
import { z } from "zod";
import { AlertSource } from "../shared/contracts/received-alert.ts";
import { unproven, verifiedBearer } from "./entra-token.ts";
import { problem } from "./problem.ts";
import { services } from "./services.ts";
import type { Settings } from "./settings.ts";

/** What an Entra token of the action group's service principal says, as far as it is checked beyond issuer, audience and times. */
const Claims = z.looseObject({
  roles: z.array(z.string()).default([]),
  azp: z.string().optional(),
  appid: z.string().optional(),
});

/** As whom somebody posts: a source of alerts, or PgMedic's runner with its sign of life. None may post what another does; Slack posts nothing, it is asked. */
export const AlertCaller = AlertSource.exclude(["slack"]);
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
  const read = await verifiedBearer(request.headers, { authorityHost: host, tenant, clientId, uri });
  if (!read.ok) return unproven(read.because);
  return isExpected(read.payload, source, settings) ? null : notAllowed();
}

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
