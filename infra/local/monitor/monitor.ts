// Azure Monitor on this machine: samples one server, evaluates the alert rules, posts alerts, serves metrics.
import { randomUUID } from "node:crypto";
import { startJsonServer } from "../json-server.ts";
import type { Running } from "../process-entry.ts";
import { type AlertBook, openAlertBook, type Undelivered } from "./alert-book.ts";
import { checkRule } from "./check.ts";
import { createDelivery } from "./delivery.ts";
import { createHistory, type Figures, type History } from "./history.ts";
import { metricsAnswer } from "./metrics-api.ts";
import type { Target } from "./payload.ts";
import { LOGS_PATH, logsAnswer } from "./server-log.ts";
import { type AlertRule, alertRules, minutesOf } from "./rules.ts";

// Azure's pause after an endpoint has failed all retries.
const PAUSE_MINUTES = 15;
const METRICS_PATH = /^\/subscriptions\/[^/]+\/metrics:getBatch$/i;

export type MonitorOptions = {
  port: number;
  target: Target;
  sample: () => Promise<Figures>;
  alertsUrl: string;
  stateFolder: string;
  /** The log of the server, where it is on this machine. */
  serverLogFile?: string | undefined;
  /** How long a minute of the rules lasts here; the payloads keep the rules' own figures. */
  minuteMs: number;
  rules?: readonly AlertRule[];
  retryDelaysMs?: readonly number[];
  log: (line: string) => void;
};

/** Starts it; alerts that were fired, or not yet delivered, when it last ended are taken up again. */
export async function startMonitor(options: MonitorOptions): Promise<Running> {
  const { minuteMs, target, log } = options;
  const history = createHistory();
  const server = await startJsonServer({ port: options.port, setting: "PGMEDIC_MONITOR_PORT" }, (request) => {
    if (request.method === "POST" && METRICS_PATH.test(request.url.pathname)) {
      return metricsAnswer(history, target, request);
    }
    if (request.method === "POST" && LOGS_PATH.test(request.url.pathname))
      return logsAnswer(options.serverLogFile, request);
    const { method, url } = request;
    return { status: 404, body: { error: { code: "NotFound", message: `nothing answers ${method} ${url.pathname}` } } };
  });

  const book = openAlertBook(options.stateFolder);
  const outbox = createOutbox(book, options);
  const check = (rule: AlertRule, now: number) => {
    const found = checkRule({ rule, now, minuteMs, history, target, fired: book.fired(rule.name) });
    if (found === undefined) return;
    if (found.payload === undefined) {
      if (found.alert !== undefined) book.keep(rule.name, found.alert);
      return;
    }
    log(found.summary);
    const undelivered = { id: randomUUID(), rule: rule.name, payload: found.payload };
    book.change(rule.name, found.alert, undelivered);
    outbox.post(undelivered);
  };
  const stopTicking = tick(options, { history, check });
  return {
    port: server.port,
    async stop() {
      await stopTicking();
      await outbox.stop();
      await server.stop();
      book.close();
    },
  };
}

type Ticking = { history: History; check: (rule: AlertRule, now: number) => void };

/** Posts what the book holds. One chain for each rule: Resolved is never posted before its Fired. */
function createOutbox(book: AlertBook, { alertsUrl, minuteMs, retryDelaysMs, log }: MonitorOptions) {
  const delivery = createDelivery({
    url: alertsUrl,
    pauseMs: PAUSE_MINUTES * minuteMs,
    log,
    ...(retryDelaysMs === undefined ? {} : { retryDelaysMs }),
  });
  const chains = new Map<string, Promise<void>>();
  const post = ({ id, rule, payload }: Undelivered) => {
    const before = chains.get(rule) ?? Promise.resolve();
    const next = before.then(async () => {
      if ((await delivery.post(payload)) !== "stopped") book.forget(id);
    });
    chains.set(rule, next);
  };
  book.undelivered().forEach(post);
  return {
    post,
    stop: async () => {
      delivery.stop();
      await Promise.all(chains.values());
    },
  };
}

/** Samples at least twice a minute of the rules, and checks each rule at its own frequency. */
function tick(
  { sample, minuteMs, rules = alertRules }: MonitorOptions,
  { history, check }: Ticking,
): () => Promise<void> {
  let minutes = 0;
  let sampling: Promise<void> = Promise.resolve();
  let isSampling = false;
  const sampleTimer = setInterval(
    () => {
      if (isSampling) return;
      isSampling = true;
      sampling = sample()
        .then((figures) => history.add(Date.now(), figures))
        .finally(() => (isSampling = false));
    },
    Math.min(1_000, minuteMs / 2),
  );
  const minuteTimer = setInterval(() => {
    minutes += 1;
    for (const rule of rules) if (minutes % minutesOf(rule.evaluationFrequency) === 0) check(rule, Date.now());
  }, minuteMs);
  return async () => {
    clearInterval(sampleTimer);
    clearInterval(minuteTimer);
    await sampling;
  };
}
