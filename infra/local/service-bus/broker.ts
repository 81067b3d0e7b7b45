// A Service Bus namespace on this machine: AMQP 1.0 over plain TCP, as clients speak it with UseDevelopmentEmulator=true, or over TLS.
import { mkdirSync } from "node:fs";
import type { AddressInfo, Server, Socket } from "node:net";
import { join } from "node:path";
import rhea, { type Container } from "rhea";
import { z } from "zod";
import { explainListenError } from "../process-entry.ts";
import { Claims, entityOf, type Judge } from "./claims.ts";
import { openJournal } from "./journal.ts";
import { Receivers, serveSenders } from "./links.ts";
import { deadLetterQueueOf, Queue, type QueueSettings } from "./queue.ts";

// Locks, schedules and lifetimes are looked at this often; Azure promises no more than seconds.
const TICK_MS = 50;
const MAX_MESSAGE_BYTES = 1_048_576;

/** Azure's defaults, except that a lock lasts 30 s (Azure: 60 s) and duplicates are detected (Azure: chosen at creation). */
export const queueDefaults = {
  lockMs: 30_000,
  maxDeliveryCount: 10,
  duplicateWindowMs: 600_000,
  deadLetterOnExpiry: false,
};

/** As in Azure: over TLS, and only for whom the judge lets in. */
type Secure = { cert: string; key: string; judge: Judge };
type BrokerOptions = { port: number; stateFolder: string; queues: readonly QueueSettings[]; secure?: Secure };

export type Broker = { port: number; connectionString: string; stop: () => Promise<void> };

/** Starts the broker; what was accepted before is there again, unlocked. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  mkdirSync(options.stateFolder, { recursive: true });
  const journal = openJournal(join(options.stateFolder, "service-bus.sqlite"));
  const queues = new Map<string, Queue>();
  const container = rhea.create_container({ id: "pgmedic-service-bus", non_fatal_errors: ["amqp:connection:forced"] });
  const find = (address: string): Queue | undefined => queues.get(entityOf(address));
  const claims = new Claims(options.secure?.judge);
  const receivers = new Receivers(container, { find, claims });
  for (const settings of options.queues) {
    for (const name of [settings.name, deadLetterQueueOf(settings.name)]) {
      queues.set(name, new Queue(journal, { ...settings, name }, () => receivers.pump(name)));
    }
  }
  serveSenders(container, { find, claims, maxMessageBytes: MAX_MESSAGE_BYTES });
  const tick = () => {
    const now = Date.now();
    for (const queue of queues.values()) queue.expireLocks(now);
    for (const stored of journal.expired(now)) queues.get(stored.queue)?.expire(stored);
    for (const stored of journal.due(now)) {
      journal.activate(stored, now);
      receivers.pump(stored.queue);
    }
  };
  const { server, sockets } = await listen(container, options).catch((error: unknown) => {
    journal.close();
    throw explainListenError(error, { port: options.port, setting: "PGMEDIC_SERVICE_BUS_PORT" });
  });
  const timer = setInterval(tick, TICK_MS);
  const address = server.address();
  const port = isNetworkAddress(address) ? address.port : options.port;
  return {
    port,
    connectionString: connectionStringFor(port),
    async stop() {
      clearInterval(timer);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      journal.close();
    },
  };
}

/** What `@azure/service-bus` needs; the key is a formality of the format, this broker is bound to loopback. */
export function connectionStringFor(port: number): string {
  return `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=local;UseDevelopmentEmulator=true;`;
}

type SaslMechanisms = {
  enable_plain: (check: () => boolean) => void;
  enable_anonymous: () => void;
  [name: string]: unknown;
};
const SaslMechanisms = z.custom<SaslMechanisms>((value) => typeof value === "object" && value !== null);

async function listen(
  container: Container,
  { port, secure }: BrokerOptions,
): Promise<{ server: Server; sockets: Set<Socket> }> {
  const mechanisms = SaslMechanisms.parse(container.sasl_server_mechanisms);
  mechanisms.enable_plain(() => true);
  mechanisms.enable_anonymous();
  // The clients' own mechanism: it proves nothing here, the token follows on `$cbs`.
  mechanisms["MSSBCBS"] = mechanisms["ANONYMOUS"];
  const common = {
    port,
    host: "127.0.0.1",
    require_sasl: true,
    treat_modified_as_released: false,
    receiver_options: { autoaccept: false, credit_window: 500 },
    sender_options: { autosettle: true, treat_modified_as_released: false },
  };
  const { cert, key } = secure ?? {};
  const server = container.listen(secure === undefined ? common : { ...common, transport: "tls", cert, key });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve).once("error", reject);
  });
  return { server, sockets };
}

function isNetworkAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
