// Everything that `npm start` starts, in order where needed and at once where possible.
import { join } from "node:path";
import { ensureShop } from "../demo/shop.ts";
import { reachableFolder } from "../postgres/binaries.ts";
import { endOrphan } from "../postgres/orphan.ts";
import { type LocalSettings, type ServiceName } from "../settings.ts";
import { reportOwnServer } from "./own-server.ts";
import { planOf, type Plan } from "./plan.ts";
import { settlePorts } from "./ports.ts";
import { registerServer } from "./registration.ts";
import { claim } from "./run-file.ts";
import { secretsOf } from "./secrets.ts";
import { type Service, startService } from "./service.ts";

export type LocalCloud = {
  settings: LocalSettings;
  dashboard: string;
  /** Ends every service before the ones that it needs. */
  stop: () => Promise<void>;
  /** Resolves with the service that could not be kept alive; never in a healthy run. */
  lost: Promise<ServiceName>;
};

/** In the order of dependence: stopped from the end. */
const EVERYTHING: readonly ServiceName[] = [
  "postgres",
  "cosmos",
  "service-bus",
  "blob",
  "host",
  "static-web",
  "monitor",
  "workload",
];
const ONLY_IN_DEMO = new Set<ServiceName>(["postgres", "workload"]);

/** `signal` breaks a start off. */
type Watch = { log: (line: string) => void; signal: AbortSignal };

/** Starts the local cloud; when a part of it cannot start, what has been started is ended again. */
export async function startLocalCloud(wanted: LocalSettings, { log, signal }: Watch): Promise<LocalCloud> {
  const isDemo = wanted.PGMEDIC_OWN_SERVER_URL === undefined;
  const names = EVERYTHING.filter((name) => isDemo || !ONLY_IN_DEMO.has(name));
  const place = await claim(wanted.PGMEDIC_STATE, `http://localhost:${wanted.PGMEDIC_FRONT_PORT}`);
  if (!place.ok) {
    throw new Error(
      `PgMedic is running already (process ${place.pid}, ${place.dashboard}). Stop it first with Ctrl-C there.`,
    );
  }
  if (place.endedLeftovers > 0) log(`ended ${place.endedLeftovers} processes that an earlier run had left behind`);
  const dataFolder = reachableFolder(join(wanted.PGMEDIC_STATE, "postgres"));
  const services: Service[] = [];
  const pids: Partial<Record<ServiceName, number>> = {};
  let reportLost: (name: ServiceName) => void = () => {};
  const lost = new Promise<ServiceName>((resolve) => (reportLost = resolve));
  const stop = async () => {
    const order = (service: Service) => EVERYTHING.indexOf(service.name);
    for (const service of services.splice(0).toSorted((a, b) => order(b) - order(a))) await service.stop();
    // Its process may have been ended before it could end the server that it had been started again for.
    await endOrphan(dataFolder);
    place.release();
  };
  try {
    // A server left over from a crash would hold the port.
    await endOrphan(dataFolder);
    const settings = await settlePorts(wanted, names);
    const plan = planOf(settings, secretsOf(settings.PGMEDIC_STATE));
    const logs = join(settings.PGMEDIC_STATE, "logs");
    const start = async (name: ServiceName) => {
      const begin = performance.now();
      const service = await startService(plan.specs[name], logs, {
        log,
        signal,
        lost: reportLost,
        changed: (changed, pid) => {
          if (pid === undefined) delete pids[changed];
          else pids[changed] = pid;
          place.record({ ...pids });
        },
      });
      services.push(service);
      log(lineOf(name, performance.now() - begin));
    };
    await startInOrder({ plan, isDemo, start, log });
    return { settings, dashboard: `http://localhost:${settings.PGMEDIC_FRONT_PORT}`, stop, lost };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Start = { plan: Plan; isDemo: boolean; start: (name: ServiceName) => Promise<void>; log: (line: string) => void };

/** The host needs documents and messages, and storage not before its first sweep; monitor and workload need the database, the monitor also somebody to tell. */
async function startInOrder({ plan, isDemo, start, log }: Start): Promise<void> {
  const database = isDemo ? start("postgres").then(() => loadShop(plan, log)) : Promise.resolve();
  const host = all([start("cosmos"), start("service-bus")]).then(() => start("host"));
  await all([database, host, start("static-web")]);
  await registerServer(plan);
  if (!isDemo) await reportOwnServer(plan, log);
  await all([start("monitor"), start("blob"), ...(isDemo ? [start("workload")] : [])]);
}

async function loadShop({ superuserUrl, secrets, settings }: Plan, log: (line: string) => void): Promise<void> {
  const begin = performance.now();
  const { investigator, executor, shopApp: app } = secrets;
  const orders = settings.PGMEDIC_SHOP_ORDERS;
  const isNew = await ensureShop({ url: superuserUrl, passwords: { investigator, executor, app }, orders });
  if (isNew) log(lineOf("shop", performance.now() - begin, `${orders.toLocaleString("en")} orders loaded`));
}

const lineOf = (name: string, tookMs: number, what = "ready"): string =>
  `${name.padEnd(12)} ${what} in ${(tookMs / 1000).toFixed(1)} s`;

/** Waits for all of them even when one fails, so that nothing starts while the rest is being stopped. */
async function all(work: Promise<void>[]): Promise<void> {
  const failure = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}
