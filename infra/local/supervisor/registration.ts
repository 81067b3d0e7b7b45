// Tells PgMedic about the server to watch, through its own API, as an administrator would.
import type { ServerRegistration } from "../../../shared/contracts/server.ts";
import { callApi, forwarded } from "../api-client.ts";
import { type Plan, resourceIdOf } from "./plan.ts";

const TIMEOUT_MS = 10_000;
const DEMO_ID = "shop";
/** How a server of your own is called. */
export const OWN_ID = "own";

/** Registers the demo's server, or your own, and takes the other one off the list. */
export async function registerServer(plan: Plan): Promise<void> {
  const isOwn = plan.settings.PGMEDIC_OWN_SERVER_URL !== undefined;
  const [id, otherId] = isOwn ? [OWN_ID, DEMO_ID] : [DEMO_ID, OWN_ID];
  const host = `http://127.0.0.1:${plan.settings.PGMEDIC_HOST_PORT}`;
  const setup = forwarded(host, plan.secrets.frontProof, { name: "npm start", roles: ["admin"] });
  const answer = await callApi(setup, "PUT", `servers/${id}`, { body: isOwn ? ownServer(plan) : demoServer(plan) });
  if (answer.status >= 300) {
    throw new Error(`PgMedic did not take the server: HTTP ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  // It may never have been there.
  await callApi(setup, "DELETE", `servers/${otherId}`);
  await takeFirstSnapshot(host);
}

/** Azure's admin API runs a timer at once: without this the first alert within a minute would have nothing to compare with. */
async function takeFirstSnapshot(host: string): Promise<void> {
  const response = await fetch(`${host}/admin/functions/takeSnapshots`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
}

function demoServer({ settings }: Plan): ServerRegistration {
  return {
    displayName: "Shop (demo)",
    resourceId: resourceIdOf(settings),
    environment: "development",
    tier: "standard",
    enabled: true,
    vCores: 1,
    mayScale: true,
    detection: true,
    schemas: ["public"],
    connection: {
      kind: "roles",
      host: "127.0.0.1",
      port: settings.PGMEDIC_POSTGRES_PORT,
      database: "shop",
      tls: "off",
      investigator: { kind: "password", user: "pgmedic_investigator", passwordSetting: "DEMO_INVESTIGATOR_PASSWORD" },
      executor: { kind: "password", user: "pgmedic_executor", passwordSetting: "DEMO_EXECUTOR_PASSWORD" },
    },
  };
}

function ownServer({ settings }: Plan): ServerRegistration {
  const url = new URL(settings.PGMEDIC_OWN_SERVER_URL ?? "");
  return {
    displayName: `${url.hostname}${url.pathname}`.slice(0, 80),
    resourceId: resourceIdOf(settings),
    environment: "development",
    tier: "standard",
    enabled: true,
    vCores: 1,
    mayScale: false,
    detection: true,
    schemas: settings.PGMEDIC_OWN_SERVER_SCHEMAS,
    connection: { kind: "url", urlSetting: "PGMEDIC_OWN_SERVER_URL" },
  };
}
