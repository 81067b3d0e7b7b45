import { systemClock, type Clock } from "./clock.ts";
import { createEngine, type Admit, type Engine } from "./durable/engine.ts";
import { clientBinding } from "./durable/links.ts";
import { openStore } from "./durable/store.ts";
import type { App } from "./functions-core.ts";
import { compileRoutes, matchRoute, type Route } from "./http-routes.ts";
import { answerManagement, listen, type Exchange } from "./http-server.ts";
import { answerHttp, emptyAnswer, type HttpAnswer } from "./http-trigger.ts";
import { createInvoker, refuseUnsupported, type LogSink } from "./invocation.ts";
import { startServiceBusListeners } from "./service-bus-trigger.ts";
import { createTimers } from "./timer-trigger.ts";

export interface HostOptions {
  readonly app: App;
  /** Port of the HTTP functions and the management API on loopback; 0 takes a free one. */
  readonly port: number;
  /** Folder of the state file; ":memory:" keeps nothing. */
  readonly stateFolder: string;
  readonly settings?: Readonly<Record<string, string | undefined>>;
  readonly log: LogSink;
  readonly clock?: Clock;
  /** Name of the task hub in links and client bindings (host.json: durableTask.hubName). */
  readonly taskHub?: string;
  /** Version of new instances (host.json: durableTask.defaultVersion). */
  readonly defaultVersion?: string | undefined;
  /** Longest wait for requests, messages and activities in flight at a stop, in milliseconds. */
  readonly graceMs?: number;
  readonly admit?: Admit;
}

export interface Host {
  readonly port: number;
  readonly origin: string;
  readonly engine: Engine;
  /** Closes the port at once, lets running work end, runs the appTerminate hooks and closes the state file. */
  stop(): Promise<void>;
}

/** The real host gives work in flight 30 s at SIGTERM. */
const DEFAULT_GRACE_MS = 30_000;

/** Starts a Functions app: its HTTP routes, queues, timers and orchestrations, and what was left from before. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { app, log, settings = {}, clock = systemClock, taskHub = "PgMedic", graceMs = DEFAULT_GRACE_MS } = options;
  refuseUnsupported(app);
  const routes = compileRoutes(app);
  const store = openStore(options.stateFolder);
  const undo: (() => unknown)[] = [() => store.close()]; // in reverse when the start fails
  try {
    let binding = "";
    const invoke = createInvoker({ app, clientBinding: () => binding, log });
    const { admit, defaultVersion } = options;
    const more = {
      ...(admit === undefined ? {} : { admit }),
      ...(defaultVersion === undefined ? {} : { defaultVersion }),
    };
    const engine = createEngine({ app, invoke, store, clock, log, ...more });
    const timers = createTimers({ app, invoke, store, clock, log, settings });
    const management = { commands: engine.commands, taskHub };
    // Handlers reach their client through a port of its own, so that requests in flight at a stop still can.
    const rpc = await listen(0, async (exchange) => (await answerManagement(management, exchange)) ?? emptyAnswer(404));
    undo.push(() => rpc.stop(0));
    const web = await listen(
      options.port,
      async (exchange) =>
        (await answerManagement(management, exchange)) ??
        answerAdmin(timers, exchange) ??
        answerFunction({ routes, invoke, log }, exchange),
    );
    undo.push(() => web.stop(0));
    const origin = `http://127.0.0.1:${web.port}`;
    binding = clientBinding({ origin, rpcOrigin: `http://127.0.0.1:${rpc.port}` }, taskHub);
    for (const hook of app.hooks.appStart) await hook({ hookData: {} });
    const listeners = await startServiceBusListeners({ app, invoke, log, settings });
    engine.start();
    timers.start();
    const stop = async (): Promise<void> => {
      const work = [web.stop(graceMs), timers.stop(), engine.stop(), ...listeners.map((each) => each.stop())];
      await Promise.race([Promise.allSettled(work), delay(graceMs)]);
      for (const hook of app.hooks.appTerminate) await hook({ hookData: {} });
      await rpc.stop(0);
      store.close();
    };
    return { port: web.port, origin, engine, stop };
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function answerAdmin(timers: ReturnType<typeof createTimers>, { message, path }: Exchange): HttpAnswer | undefined {
  if (path[0]?.toLowerCase() !== "admin") return undefined;
  const request = `${message.method} ${path.slice(1).join("/").toLowerCase()}`;
  if (request === "GET host/ping" || request === "GET warmup") return emptyAnswer(200);
  if (request === "GET host/status") {
    const body = Buffer.from(JSON.stringify({ state: "Running" }));
    return { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body };
  }
  const isTimerRun = message.method === "POST" && path[1] === "functions" && timers.runNow(path[2] ?? "");
  return emptyAnswer(isTimerRun ? 202 : 404);
}

const ROUTE_PREFIX = "api";

async function answerFunction(
  { routes, ...handlers }: { routes: readonly Route[]; invoke: ReturnType<typeof createInvoker>; log: LogSink },
  exchange: Exchange,
): Promise<HttpAnswer> {
  const { message, path } = exchange;
  if (path.length === 0) return { ...emptyAnswer(200), body: Buffer.from("The Functions host is running.\n") };
  if (path[0]?.toLowerCase() !== ROUTE_PREFIX) return emptyAnswer(404);
  const match = matchRoute(routes, message.method ?? "GET", path.slice(1));
  return match === undefined ? emptyAnswer(404) : answerHttp(handlers, match, exchange);
}
