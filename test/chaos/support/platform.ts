// The real parts that a run needs, each a process of the test's own that it may kill: Cosmos DB, Service Bus, Functions host.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ServiceBusClient } from "@azure/service-bus";
import { type Services, servicesOf } from "../../../functions/services.ts";
import { readSettings } from "../../../functions/settings.ts";
import { COSMOS_KEY } from "../../../infra/local/cosmos/server.ts";
import { connectionStringFor } from "../../../infra/local/service-bus/broker.ts";
import { eventually } from "../../support/cloud.ts";
import { type Service, startProcess, temporaryFolder } from "../../support/process.ts";
import { type CrashPoints, startCrashPoints } from "./crash-points.ts";
import { PASSWORDS } from "./parcels.ts";

export const FRONT_PROOF = "the front vouches for this";
const QUEUES = ["runs", "run-events", "approvals"];
const ENTRIES = {
  cosmos: "infra/local/cosmos/main.ts",
  broker: "infra/local/service-bus/main.ts",
  host: "infra/local/host/main.ts",
} as const;
export type Part = keyof typeof ENTRIES;
type Environment = Record<string, string>;

export type Platform = Awaited<ReturnType<typeof startPlatform>>;

/** Starts everything. `environment` goes over the host's settings; PGMEDIC_LOCK_MS is the broker's. */
export async function startPlatform(environment: Environment = {}) {
  const folder = temporaryFolder();
  const running = new Map<Part, Service>();
  const environments: Record<Part, Environment> = {
    cosmos: { PGMEDIC_COSMOS_PORT: "0", PGMEDIC_COSMOS_STATE: join(folder.path, "cosmos") },
    broker: {
      PGMEDIC_SERVICE_BUS_PORT: "0",
      PGMEDIC_SERVICE_BUS_STATE: join(folder.path, "service-bus"),
      // What a killed host had in work comes back soon.
      PGMEDIC_LOCK_MS: environment["PGMEDIC_LOCK_MS"] ?? "1000",
    },
    host: {
      PGMEDIC_HOST_PORT: "0",
      PGMEDIC_HOST_STATE: join(folder.path, "host"),
      PGMEDIC_APP: "all",
      COSMOS_KEY,
      PGMEDIC_FRONT_PROOF: FRONT_PROOF,
      PGMEDIC_CLONE_FOLDER: join(folder.path, "planner-clone"),
      PGMEDIC_VERIFY_SECONDS: "1",
      CHAOS_INVESTIGATOR: PASSWORDS.investigator,
      CHAOS_EXECUTOR: PASSWORDS.executor,
      ...environment,
    },
  };
  const port = (part: Part): number => Number(environments[part][PORTS[part]]);
  const start = async (part: Part, changed: Environment = {}): Promise<void> => {
    const service = await startProcess(ENTRIES[part], { ...environments[part], ...changed });
    environments[part][PORTS[part]] = String(service.port); // the next start takes the same port
    running.set(part, service);
  };
  const end = async (part: Part, how: "kill" | "stop"): Promise<void> => {
    const service = running.get(part);
    if (service === undefined) return;
    await service[how]();
    running.delete(part);
  };

  await Promise.all([start("cosmos"), start("broker")]);
  const points: CrashPoints = await startCrashPoints(() => port("cosmos"));
  environments.host["COSMOS_ENDPOINT"] = `http://127.0.0.1:${points.port}`;
  environments.host["ServiceBus"] = connectionStringFor(port("broker"));
  const documents: Services = servicesOf(
    readSettings({ ...environments.host, COSMOS_ENDPOINT: `http://127.0.0.1:${port("cosmos")}` }),
  );
  await start("host");
  // Making the planner clone's template takes seconds; a host that is killed again and again would never finish it.
  const template = join(folder.path, "planner-clone");
  await eventually(async () => existsSync(template) && readdirSync(template).includes("template-18"), {
    what: "the planner clone",
  });

  return {
    /** The documents and messages themselves, past the crash points. */
    documents,
    points,
    start,
    /** kill -9, and the same again. */
    restart: async (part: Part): Promise<void> => {
      await end(part, "kill");
      await start(part);
    },
    kill: (part: Part) => end(part, "kill"),
    /** SIGTERM, and the wait for the end. */
    stopGently: (part: Part) => end(part, "stop"),
    call: (method: string, path: string, body?: unknown): Promise<Response> =>
      callAt(`http://127.0.0.1:${port("host")}`, { method, path, body }),
    callAt,
    /** Loses every orchestration, as a task hub that is lost does. Only while the host is down. */
    forgetRuns: (): void => rmSync(join(folder.path, "host"), { recursive: true, force: true }),
    log: (): string => running.get("host")?.errors() ?? "",
    cloneFolders: (): string[] => readdirSync(template),
    busConnectionString: (): string => connectionStringFor(port("broker")),
    messages: () => waitingMessages(connectionStringFor(port("broker"))),
    stop: async (): Promise<void> => {
      for (const part of ["host", "broker", "cosmos"] as const) await end(part, "stop");
      await points.stop();
      folder.remove();
    },
  };
}

/** A call as the front forwards it for Ann, to any app. */
const callAt = (origin: string, { method, path, body }: { method: string; path: string; body?: unknown }) =>
  fetch(`${origin}/${path}`, {
    method,
    headers: HEADERS,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });

const PORTS: Record<Part, string> = {
  cosmos: "PGMEDIC_COSMOS_PORT",
  broker: "PGMEDIC_SERVICE_BUS_PORT",
  host: "PGMEDIC_HOST_PORT",
};

const PRINCIPAL = {
  identityProvider: "local",
  userId: "ann",
  userDetails: "Ann",
  userRoles: ["anonymous", "authenticated", "admin", "operator", "reader"],
};
const HEADERS = {
  "content-type": "application/json",
  "x-ms-client-principal": Buffer.from(JSON.stringify(PRINCIPAL)).toString("base64"),
  "x-pgmedic-front-proof": FRONT_PROOF,
  "x-pgmedic-request": "1",
};

/** Messages that nobody has consumed, dead letters included, each as `<queue> <message id>`. */
async function waitingMessages(connectionString: string): Promise<string[]> {
  const client = new ServiceBusClient(connectionString);
  try {
    const found: string[] = [];
    for (const queue of QUEUES) {
      for (const subQueueType of [undefined, "deadLetter"] as const) {
        const receiver = client.createReceiver(queue, subQueueType === undefined ? {} : { subQueueType });
        const messages = await receiver.peekMessages(50);
        found.push(
          ...messages.map(
            ({ messageId }) => `${queue}${subQueueType === undefined ? "" : " (dead)"} ${String(messageId)}`,
          ),
        );
        await receiver.close();
      }
    }
    return found;
  } finally {
    await client.close();
  }
}
