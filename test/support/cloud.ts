// The whole local cloud for a test: real PostgreSQL, Cosmos DB, Service Bus, Functions host, front and monitor, on free ports.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { z } from "zod";
import { readLocalSettings } from "../../infra/local/settings.ts";
import { startLocalCloud } from "../../infra/local/supervisor/local-cloud.ts";
import { resourceIdOf } from "../../infra/local/supervisor/plan.ts";
import { secretsOf } from "../../infra/local/supervisor/secrets.ts";
import { IncidentDetail, IncidentList, type Role } from "../../shared/contracts/api.ts";
import { temporaryFolder } from "./process.ts";

const PORTS = ["FRONT", "HOST", "POSTGRES", "COSMOS", "SERVICE_BUS", "MONITOR", "WORKLOAD"];
const FREE_PORTS = Object.fromEntries(PORTS.map((name) => [`PGMEDIC_${name}_PORT`, "0"]));

export type Answer = { status: number; body: unknown; headers: Headers };
export type Cloud = Awaited<ReturnType<typeof startCloud>>;
export type Call = { as?: readonly Role[]; body?: unknown; headers?: Record<string, string> };

/** Starts everything; call `stop` at the end. `environment` overrides settings of the local cloud. */
export async function startCloud(environment: Record<string, string> = {}) {
  const folder = temporaryFolder();
  chmodSync(folder.path, 0o711);
  const settled = readLocalSettings([], { ...FREE_PORTS, PGMEDIC_STATE: join(folder.path, "state"), ...environment });
  if (!settled.ok) throw new Error(settled.problem);
  const lines: string[] = [];
  const cloud = await startLocalCloud(settled.settings, {
    log: (line) => lines.push(line),
    signal: new AbortController().signal,
  });
  const { settings } = cloud;
  const secrets = secretsOf(settings.PGMEDIC_STATE);
  const host = `http://127.0.0.1:${settings.PGMEDIC_HOST_PORT}`;

  /** A call of the API as the front forwards it for a signed-in person; with no roles as nobody. */
  const call = async (
    method: string,
    path: string,
    { as = ["operator"], body, headers = {} }: Call = {},
  ): Promise<Answer> => {
    const principal = {
      identityProvider: "local",
      userId: "ann",
      userDetails: "Ann",
      userRoles: ["anonymous", "authenticated", ...as],
    };
    const signedIn = {
      "x-ms-client-principal": Buffer.from(JSON.stringify(principal)).toString("base64"),
      "x-pgmedic-front-proof": secrets.frontProof,
    };
    const response = await fetch(`${host}/api/${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        "x-pgmedic-request": "1",
        ...(as.length > 0 ? signedIn : {}),
        ...headers,
      },
      ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
  };
  const incident = async (id: string): Promise<IncidentDetail> =>
    IncidentDetail.parse((await call("GET", `incidents/${id}`)).body);

  return {
    settings,
    secrets,
    lines,
    host,
    resourceId: resourceIdOf(settings),
    monitor: `http://127.0.0.1:${settings.PGMEDIC_MONITOR_PORT}`,
    call,
    incident,
    incidents: async () => IncidentList.parse((await call("GET", "incidents")).body).incidents,
    postAlert: (body: unknown): Promise<Answer> => call("POST", "alerts", { as: [], body }),
    workload: async (path: "hammer" | "calm", body: object = {}) => {
      const url = `http://127.0.0.1:${settings.PGMEDIC_WORKLOAD_PORT}/${path}`;
      await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    },
    shop: (user: "postgres" | "shop_app" = "postgres"): string => {
      const password = user === "postgres" ? secrets.postgres : secrets.shopApp;
      return `postgres://${user}:${password}@127.0.0.1:${settings.PGMEDIC_POSTGRES_PORT}/shop`;
    },
    stop: async (): Promise<void> => {
      await cloud.stop();
      folder.remove();
    },
  };
}

/** Asks again and again until the answer is not null. */
export async function eventually<T>(
  ask: () => Promise<T | null | undefined>,
  { withinMs = 60_000, what = "it" } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== null && answer !== undefined) return answer;
    await sleep(100);
  }
  throw new Error(`${what} did not happen within ${withinMs} ms`);
}

/** Waits until an incident is in one of these states. */
export const untilState = (
  cloud: Cloud,
  id: string,
  states: readonly z.infer<typeof IncidentDetail>["state"][],
): Promise<IncidentDetail> =>
  eventually(
    async () => {
      const incident = await cloud.incident(id);
      return states.includes(incident.state) ? incident : null;
    },
    { withinMs: 120_000, what: `${id} ${states.join(" or ")}` },
  );
