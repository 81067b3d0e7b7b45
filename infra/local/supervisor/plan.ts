// What each service of the local cloud is started with.
import { join } from "node:path";
import { blobConnectionString } from "../blob/access.ts";
import { COSMOS_DATABASE, COSMOS_KEY } from "../cosmos/server.ts";
import { shopSettings } from "../demo/shop.ts";
import { reachableFolder } from "../postgres/binaries.ts";
import { connectionStringFor } from "../service-bus/broker.ts";
import type { LocalSettings, ServiceName } from "../settings.ts";
import type { Secrets } from "./secrets.ts";
import type { ServiceSpec } from "./service.ts";

export type Plan = {
  settings: LocalSettings;
  secrets: Secrets;
  superuserUrl: (database: string) => string;
  specs: Record<ServiceName, ServiceSpec>;
};

const RESOURCE_GROUP =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/pgmedic-local/providers/Microsoft.DBforPostgreSQL/flexibleServers";

/** The Azure resource id that stands for the watched server: the demo's, or your own under its host's name. */
export function resourceIdOf(settings: LocalSettings): string {
  const own = settings.PGMEDIC_OWN_SERVER_URL;
  if (own === undefined) return `${RESOURCE_GROUP}/shop-db`;
  return `${RESOURCE_GROUP}/${new URL(own).hostname.replaceAll(/[^A-Za-z0-9-]/g, "-")}`;
}

export function planOf(settings: LocalSettings, secrets: Secrets): Plan {
  const dataFolder = reachableFolder(join(settings.PGMEDIC_STATE, "postgres"));
  const urls = { shop: shopUrlsOf(settings), dataFolder };
  const env = { ...serviceEnvironments(settings, secrets, urls), host: hostEnvironment(settings, secrets) };
  const spec = (name: ServiceName, entry: string): ServiceSpec => ({
    name,
    entry: `infra/local/${entry}`,
    env: env[name],
  });
  return {
    settings,
    secrets,
    superuserUrl: (database) => urls.shop("postgres", secrets.postgres, database),
    specs: {
      postgres: spec("postgres", "postgres/main.ts"),
      cosmos: spec("cosmos", "cosmos/main.ts"),
      "service-bus": spec("service-bus", "service-bus/main.ts"),
      blob: spec("blob", "blob/main.ts"),
      host: spec("host", "host/main.ts"),
      "static-web": spec("static-web", "static-web/main.ts"),
      monitor: spec("monitor", "monitor/main.ts"),
      workload: spec("workload", "demo/main.ts"),
    },
  };
}

type Environment = Record<string, string>;
type ShopUrl = (user: string, password: string, database?: string) => string;

const shopUrlsOf =
  (settings: LocalSettings): ShopUrl =>
  (user, password, database = "shop") =>
    `postgres://${user}:${password}@127.0.0.1:${settings.PGMEDIC_POSTGRES_PORT}/${database}`;

const loopback = (port: number): string => `http://127.0.0.1:${port}`;

function serviceEnvironments(
  settings: LocalSettings,
  secrets: Secrets,
  { shop, dataFolder }: { shop: ShopUrl; dataFolder: string },
): Record<Exclude<ServiceName, "host">, Environment> {
  const folder = (name: string) => join(settings.PGMEDIC_STATE, name);
  const own = settings.PGMEDIC_OWN_SERVER_URL;
  return {
    postgres: {
      PGMEDIC_POSTGRES_PORT: String(settings.PGMEDIC_POSTGRES_PORT),
      PGMEDIC_POSTGRES_DATA: dataFolder,
      PGMEDIC_POSTGRES_PASSWORD: secrets.postgres,
      PGMEDIC_POSTGRES_SETTINGS: JSON.stringify(shopSettings),
      // In Azure the database has a machine of its own: here a busy shop must not slow down PgMedic.
      PGMEDIC_POSTGRES_NICENESS: "10",
    },
    cosmos: {
      PGMEDIC_COSMOS_PORT: String(settings.PGMEDIC_COSMOS_PORT),
      PGMEDIC_COSMOS_STATE: folder("cosmos"),
    },
    "service-bus": {
      PGMEDIC_SERVICE_BUS_PORT: String(settings.PGMEDIC_SERVICE_BUS_PORT),
      PGMEDIC_SERVICE_BUS_STATE: folder("service-bus"),
      PGMEDIC_LOCK_MS: String(settings.PGMEDIC_LOCK_MS),
    },
    blob: {
      PGMEDIC_BLOB_PORT: String(settings.PGMEDIC_BLOB_PORT),
      PGMEDIC_BLOB_STATE: folder("blob"),
    },
    "static-web": {
      PGMEDIC_FRONT_PORT: String(settings.PGMEDIC_FRONT_PORT),
      PGMEDIC_HOST_PORT: String(settings.PGMEDIC_HOST_PORT),
      PGMEDIC_FRONT_PROOF: secrets.frontProof,
      ...(own === undefined ? { PGMEDIC_WORKLOAD_URL: loopback(settings.PGMEDIC_WORKLOAD_PORT) } : {}),
    },
    monitor: {
      PGMEDIC_MONITOR_PORT: String(settings.PGMEDIC_MONITOR_PORT),
      PGMEDIC_MONITOR_STATE: folder("monitor"),
      PGMEDIC_MONITOR_MINUTE_MS: String(settings.PGMEDIC_MONITOR_MINUTE_MS),
      PGMEDIC_MONITOR_RESOURCE_ID: resourceIdOf(settings),
      PGMEDIC_MONITOR_SERVER_URL: own ?? shop("pgmedic_investigator", secrets.investigator),
      ...(own === undefined
        ? {
            PGMEDIC_MONITOR_DATA_FOLDER: dataFolder,
            PGMEDIC_MONITOR_SUPERUSER_URL: shop("postgres", secrets.postgres, "postgres"),
          }
        : {}),
      PGMEDIC_ALERTS_URL: `${loopback(settings.PGMEDIC_HOST_PORT)}/api/alerts`,
    },
    workload: {
      PGMEDIC_WORKLOAD_PORT: String(settings.PGMEDIC_WORKLOAD_PORT),
      PGMEDIC_SHOP_URL: shop("shop_app", secrets.shopApp),
    },
  };
}

/** What the Functions app reads: in Azure these are its app settings. */
function hostEnvironment(settings: LocalSettings, secrets: Secrets): Record<string, string> {
  const own = settings.PGMEDIC_OWN_SERVER_URL;
  return {
    PGMEDIC_HOST_PORT: String(settings.PGMEDIC_HOST_PORT),
    PGMEDIC_HOST_STATE: join(settings.PGMEDIC_STATE, "host"),
    PGMEDIC_HOST_ENTRY: settings.PGMEDIC_HOST_ENTRY,
    PGMEDIC_APP: "all",
    COSMOS_ENDPOINT: loopback(settings.PGMEDIC_COSMOS_PORT),
    COSMOS_KEY,
    COSMOS_DATABASE,
    ServiceBus: connectionStringFor(settings.PGMEDIC_SERVICE_BUS_PORT),
    ARCHIVE_CONNECTION_STRING: blobConnectionString(settings.PGMEDIC_BLOB_PORT),
    METRICS_ENDPOINT: loopback(settings.PGMEDIC_MONITOR_PORT),
    LOGS_ENDPOINT: loopback(settings.PGMEDIC_MONITOR_PORT),
    RESOURCE_MANAGER_ENDPOINT: loopback(settings.PGMEDIC_MONITOR_PORT),
    PGMEDIC_DASHBOARD_URL: loopback(settings.PGMEDIC_FRONT_PORT),
    PGMEDIC_FRONT_PROOF: secrets.frontProof,
    PGMEDIC_STATE: settings.PGMEDIC_STATE,
    PGMEDIC_CLONE_FOLDER: join(settings.PGMEDIC_STATE, "planner-clone"),
    // Locally a minute of Azure Monitor is two seconds; the verification keeps pace with it.
    PGMEDIC_VERIFY_SECONDS: process.env["PGMEDIC_VERIFY_SECONDS"] ?? "5",
    PGMEDIC_FOLLOW_UP_SECONDS: process.env["PGMEDIC_FOLLOW_UP_SECONDS"] ?? "120",
    DEMO_INVESTIGATOR_PASSWORD: secrets.investigator,
    DEMO_EXECUTOR_PASSWORD: secrets.executor,
    ...(own === undefined ? {} : { PGMEDIC_OWN_SERVER_URL: own }),
  };
}
