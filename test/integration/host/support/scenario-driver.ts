import { setImmediate as immediate } from "node:timers/promises";
import { createManualClock, type ManualClock } from "../../../../infra/local/host/clock.ts";
import type { Message } from "../../../../infra/local/host/durable/store.ts";
import { startHost, type Host } from "../../../../infra/local/host/host.ts";
import { buildRecordedApp, type ObservedInvocation, type RecordedApp } from "./recorded-app.ts";
import type { RecordedCall, RecordedEpisode, RecordedEvent, Scenario } from "./recording.ts";

export type CallAnswer =
  | { readonly kind: "client"; readonly answer: unknown }
  | { readonly kind: "http"; readonly status: number; readonly body: unknown };

export interface ObservedCall {
  readonly recorded: RecordedCall;
  readonly actual: CallAnswer;
}

export interface ObservedRun {
  readonly invocations: readonly ObservedInvocation[];
  readonly calls: readonly ObservedCall[];
  readonly finalStatus: { httpStatus: number; body: unknown };
  readonly logs: readonly string[];
}

/** Anything on the day that the normalisation recognises. */
const START_MS = Date.parse("2026-11-20T12:00:00Z");
/** Turns of the event loop without progress after which the clock moves on to the next wake-up. */
const IDLE_TURNS = 40;
/** Wake-ups without progress after which a step is given up; the comparison then shows what is missing. */
const MAX_WAKES = 12;

/** A recorded episode that began with new messages; those that continueAsNew caused run by themselves. */
interface Batch {
  readonly instanceId: string;
  readonly atMs: number;
  readonly events: readonly RecordedEvent[];
}

const ORCHESTRATOR_STARTED = 12;
const ORCHESTRATOR_COMPLETED = 13;

function batchesOf(instanceId: string, episodes: readonly RecordedEpisode[]): Batch[] {
  return episodes
    .filter(({ input }) => input.history.at(-1)?.EventType !== ORCHESTRATOR_COMPLETED)
    .map(({ input, atMs }) => {
      const start = input.history.findLastIndex((event) => event.EventType === ORCHESTRATOR_STARTED);
      return { instanceId, atMs, events: input.history.slice(start + 1) };
    });
}

const KEYS = ["EventType", "TaskScheduledId", "TimerId", "Name", "Input", "Reason"];

/** True when a waiting message is the recorded event, whatever their times. */
function isSame(recorded: RecordedEvent, message: Message): boolean {
  const actual: Record<string, unknown> = { ...message.event };
  const keys = "TaskScheduledId" in recorded ? ["EventType", "TaskScheduledId"] : KEYS;
  return keys.every((key) => recorded[key] === actual[key]);
}

/** The recorded events among the waiting messages, in the recorded order; undefined while one is missing. */
function select(events: readonly RecordedEvent[], waiting: readonly Message[]): Message[] | undefined {
  const left = [...waiting];
  const chosen: Message[] = [];
  for (const event of events) {
    const index = left.findIndex((message) => isSame(event, message));
    if (index < 0) return undefined;
    chosen.push(...left.splice(index, 1));
  }
  return chosen;
}

const MADE_UP_ID = /^[0-9a-f]{32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:/;

/** Gives each instance exactly the batches that the real host gave it, one at a time and in the recorded order. */
class DeliveryScript {
  readonly #batches: Batch[];
  readonly #recordedIds: ReadonlySet<string>;
  /** Our host's id for a recorded id that the real host made up. */
  readonly #aliases = new Map<string, string>();
  #openUntilMs = -1;

  constructor(scenario: Scenario) {
    const others = scenario.otherInstances.flatMap((other) => batchesOf(other.instanceId, other.episodes));
    this.#batches = [...batchesOf(scenario.instanceId, scenario.episodes), ...others].toSorted(
      (a, b) => a.atMs - b.atMs,
    );
    this.#recordedIds = new Set(this.#batches.map((batch) => batch.instanceId));
  }

  get next(): Batch | undefined {
    return this.#batches[0];
  }

  openUntil(atMs: number): void {
    this.#openUntilMs = atMs;
  }

  admit(instanceId: string, waiting: readonly Message[]): readonly Message[] {
    if (this.#isUnrecorded(instanceId)) return waiting;
    const next = this.#batches[0];
    if (next === undefined || next.atMs > this.#openUntilMs) return [];
    const isNext =
      (this.#aliases.get(next.instanceId) ?? next.instanceId) === instanceId || this.#isNewAlias(instanceId);
    const chosen = isNext ? select(next.events, waiting) : undefined;
    if (chosen === undefined) return [];
    if (next.instanceId !== instanceId) this.#aliases.set(next.instanceId, instanceId);
    this.#batches.shift();
    return chosen;
  }

  /** An id that our host made up, and the next recorded instance has such an id too. */
  #isNewAlias(instanceId: string): boolean {
    const [next] = this.#batches;
    const taken = [...this.#aliases.values()];
    return (
      next !== undefined && !this.#recordedIds.has(instanceId) && !taken.includes(instanceId) && this.#isFree(next)
    );
  }

  #isFree = ({ instanceId }: Batch): boolean => MADE_UP_ID.test(instanceId) && !this.#aliases.has(instanceId);

  /** The real host never called the worker for it, for example because its orchestrator does not exist. */
  #isUnrecorded(instanceId: string): boolean {
    const isKnown = this.#recordedIds.has(instanceId) || [...this.#aliases.values()].includes(instanceId);
    return !isKnown && !this.#batches.some(this.#isFree);
  }
}

interface Run {
  readonly host: Host;
  readonly clock: ManualClock;
  readonly script: DeliveryScript;
  readonly recordedApp: RecordedApp;
}

/** Plays a recorded scenario on our host: the same calls in the same order between the same episodes. */
export async function playScenario(scenario: Scenario): Promise<ObservedRun> {
  const clock = createManualClock(START_MS);
  const script = new DeliveryScript(scenario);
  const recordedApp = await buildRecordedApp(scenario, clock);
  const logs: string[] = [];
  const host = await startHost({
    app: recordedApp.app,
    port: 0,
    stateFolder: ":memory:",
    clock,
    taskHub: "TraceHub",
    graceMs: 0,
    log: ({ message }) => logs.push(message),
    admit: (instanceId, waiting) => script.admit(instanceId, waiting),
  });
  const run = { host, clock, script, recordedApp };
  try {
    const calls: ObservedCall[] = [];
    for (const call of inSendingOrder(scenario)) {
      await deliverUntil(run, call.atMs);
      if (call.call.startsWith("raise")) recordedApp.changeCode();
      calls.push({ recorded: call, actual: await makeCall(host, call) });
    }
    await deliverUntil(run, Infinity);
    await finishActivities(run);
    const finalStatus = await readStatus(host, scenario);
    return { invocations: recordedApp.observed, calls, finalStatus, logs };
  } finally {
    await host.stop();
  }
}

/** The recorder noted when a call was answered; here the second start was sent first, and both before the episode. */
function inSendingOrder({ scenario, calls }: Scenario): readonly RecordedCall[] {
  if (scenario !== "start-pending-twice") return calls;
  const isStart = ({ call }: RecordedCall): boolean => call === "start";
  const starts = calls.filter(isStart).toReversed();
  return [...starts.map((call) => ({ ...call, atMs: 0 })), ...calls.filter((call) => !isStart(call))];
}

/** Runs the recorded episodes before `atMs`; one that still needs a later call stays for afterwards. */
async function deliverUntil(run: Run, atMs: number): Promise<void> {
  run.script.openUntil(atMs);
  for (let wakes = 0; wakes < MAX_WAKES;) {
    const { next } = run.script;
    if (next === undefined || next.atMs >= atMs) break;
    if (START_MS + next.atMs > run.clock.now()) run.clock.advanceTo(START_MS + next.atMs);
    if (await settle(run)) continue;
    const wakeMs = run.clock.nextWakeMs();
    if (wakeMs === undefined) break;
    run.clock.advanceTo(wakeMs);
    wakes += 1;
  }
  await settle(run);
  if (Number.isFinite(atMs)) run.clock.advanceTo(START_MS + atMs);
}

/** Lets the host work until nothing happens any more; true when an episode was delivered meanwhile. */
async function settle({ host, script, recordedApp }: Run): Promise<boolean> {
  const before = script.next;
  let seen = "";
  for (let idle = 0; idle < IDLE_TURNS; idle += 1) {
    host.engine.wake();
    await immediate();
    const progress = `${recordedApp.observed.length} ${recordedApp.observed.filter((each) => each.returned).length}`;
    if (progress !== seen) idle = 0;
    seen = progress;
  }
  return script.next !== before;
}

/** Lets activities end that outlive their orchestration. */
async function finishActivities(run: Run): Promise<void> {
  await settle(run);
  for (let wakes = 0; wakes < MAX_WAKES; wakes += 1) {
    const wakeMs = run.clock.nextWakeMs();
    if (wakeMs === undefined) return;
    run.clock.advanceTo(wakeMs);
    await settle(run);
  }
}

async function makeCall(host: Host, call: RecordedCall): Promise<CallAnswer> {
  if (call.request === undefined) {
    const method = call.call.replace("client.", "");
    const body = JSON.stringify(call.args ?? []);
    const response = await fetch(`${host.origin}/api/client/${method}`, { method: "POST", body });
    return { kind: "client", answer: await response.json() };
  }
  const { method, path, headers, body } = call.request;
  const init: RequestInit = { method, body: body ?? null };
  if (headers !== undefined) init.headers = headers;
  // fetch adds a content type to text; the recorder did not
  if (headers?.["content-type"] === undefined && body) init.body = Buffer.from(body);
  return { kind: "http", ...(await readResponse(await fetch(`${host.origin}${path}`, init))) };
}

async function readResponse(response: Response): Promise<{ status: number; body: unknown }> {
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch {
    return { status: response.status, body: text };
  }
}

async function readStatus(host: Host, { instanceId }: Scenario): Promise<{ httpStatus: number; body: unknown }> {
  const path = `/runtime/webhooks/durabletask/instances/${encodeURIComponent(instanceId)}`;
  const response = await fetch(`${host.origin}${path}?showHistory=true&showHistoryOutput=true`);
  const { status, body } = await readResponse(response);
  return { httpStatus: status, body };
}
