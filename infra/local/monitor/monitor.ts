// Azure Monitor on this machine: samples one server, evaluates the alert rules, posts alerts, serves metrics and alerts.
import { randomUUID } from "node:crypto";
import { startJsonServer } from "../json-server.ts";
import type { Running } from "../process-entry.ts";
import { alertList, type Fired } from "../resource-manager/fired-alerts.ts";
import { refusal } from "../resource-manager/operations.ts";
import type { ResourceManager } from "../resource-manager/resource-manager.ts";
import { type AlertBook, openAlertBook, type Undelivered } from "./alert-book.ts";
import { checkRule, valueOf } from "./check.ts";
import { createDelivery } from "./delivery.ts";
import { createHistory, type Figures, type History } from "./history.ts";
import { metricsAnswer } from "./metrics-api.ts";
import type { Target } from "./payload.ts";
import { LOGS_PATH, logsAnswer } from "./server-log.ts";
import { type AlertRule, alertRules, minutesOf } from "./rules.ts";

// Azure's pause after an endpoint has failed all retries.
const PAUSE_MINUTES = 15;
const METRICS_PATH = /^\/subscriptions\/[^/]+\/metrics:getBatch$/i;
const ALERTS_PATH = "/providers/Microsoft.AlertsManagement/alerts";

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
  /** Answers what is no matter of metrics and alerts. */
  resourceManager?: Pick<ResourceManager, "answer">;
  log: (line: string) => void;
};

/** Starts it; alerts that were fired, or not yet delivered, when it last ended are taken up again. */
export async function startMonitor(options: MonitorOptions): Promise<Running> {
  const { minuteMs, target, log } = options;
  const history = createHistory();
  const book = openAlertBook(options.stateFolder);
  const server = await startJsonServer({ port: options.port, setting: "PGMEDIC_MONITOR_PORT" }, async (request) => {
    const { method, url } = request;
    if (method === "POST" && METRICS_PATH.test(url.pathname)) return metricsAnswer(history, target, request);
    if (method === "POST" && LOGS_PATH.test(url.pathname)) return logsAnswer(options.serverLogFile, request);
    if (method === "GET" && url.pathname.toLowerCase() === `${target.resourceId}${ALERTS_PATH}`.toLowerCase()) {
      return { status: 200, body: alertList(target, firedNow(options, history, book)) };
    }
    const answer = await options.resourceManager?.answer(request);
    return answer ?? refusal(404, "NotFound", `nothing answers ${method} ${url.pathname}`);
  });

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

/** The rules that are fired, with their figures. */
function firedNow({ rules = alertRules, minuteMs }: MonitorOptions, history: History, book: AlertBook): Fired[] {
  return book.allFired().flatMap(({ rule: name, alert }) => {
    const rule = rules.find((known) => known.name === name);
    const found = rule === undefined ? undefined : valueOf({ rule, now: Date.now(), minuteMs, history });
    return rule === undefined || found === undefined ? [] : [{ rule, alert, ...found }];
  });
}

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
