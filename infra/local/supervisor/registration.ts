// Tells PgMedic about the server to watch, through its own API, as an administrator would.
import type { ServerRegistration } from "../../../shared/contracts/server.ts";
import { type Plan, resourceIdOf } from "./plan.ts";

const TIMEOUT_MS = 30_000;
const DEMO_ID = "shop";
const OWN_ID = "own";

/** Registers the demo's server, or your own, and takes the other one off the list. */
export async function registerServer(plan: Plan): Promise<void> {
  const isOwn = plan.settings.PGMEDIC_OWN_SERVER_URL !== undefined;
  const [id, otherId] = isOwn ? [OWN_ID, DEMO_ID] : [DEMO_ID, OWN_ID];
  const answer = await call(plan, "PUT", { id, body: isOwn ? ownServer(plan) : demoServer(plan) });
  if (!answer.ok) throw new Error(`PgMedic did not take the server: HTTP ${answer.status} ${await answer.text()}`);
  // It may never have been there.
  await (await call(plan, "DELETE", { id: otherId })).body?.cancel();
}

function demoServer({ settings }: Plan): ServerRegistration {
  return {
    displayName: "Shop (demo)",
    resourceId: resourceIdOf(settings),
    environment: "development",
    tier: "standard",
    enabled: true,
    vCores: 1,
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
    schemas: ["public"],
    connection: { kind: "url", urlSetting: "PGMEDIC_OWN_SERVER_URL" },
  };
}

/** A request as the front would forward it for an administrator. */
function call(plan: Plan, method: "PUT" | "DELETE", { id, body }: { id: string; body?: object }): Promise<Response> {
  const principal = {
    identityProvider: "local",
    userId: "local-setup",
    userDetails: "npm start",
    userRoles: ["anonymous", "authenticated", "admin", "operator", "reader"],
  };
  return fetch(`http://127.0.0.1:${plan.settings.PGMEDIC_HOST_PORT}/api/servers/${id}`, {
    method,
    headers: {
      "content-type": "application/json",
      "x-ms-client-principal": Buffer.from(JSON.stringify(principal)).toString("base64"),
      "x-pgmedic-front-proof": plan.secrets.frontProof,
      "x-pgmedic-request": "1",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
