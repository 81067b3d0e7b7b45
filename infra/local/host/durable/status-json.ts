import { EventType, toWire, type HistoryEvent } from "./events.ts";
import type { Instance } from "./store.ts";

/** Stored text as the status shows it: JSON where it is JSON, else the plain text. */
function toToken(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Times in a status have no fraction. */
const toSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export interface StatusOptions {
  readonly showInput: boolean;
  readonly showHistory: boolean;
  readonly showHistoryOutput: boolean;
}

/** The answer to a status query. */
export function statusJson(
  instance: Instance,
  history: readonly HistoryEvent[],
  options: StatusOptions,
): Record<string, unknown> {
  return {
    name: instance.name,
    instanceId: instance.instanceId,
    runtimeStatus: instance.status,
    input: options.showInput ? toToken(instance.input) : null,
    customStatus: toToken(instance.customStatus),
    output: toToken(instance.output),
    createdTime: toSeconds(instance.createdMs),
    lastUpdatedTime: toSeconds(instance.updatedMs),
    ...(options.showHistory ? { historyEvents: historyJson(history, options.showHistoryOutput) } : {}),
  };
}

const EVENT_NAMES = new Map<number, string>(Object.entries(EventType).map(([name, number]) => [number, name]));

type Scheduled = Extract<HistoryEvent, { EventType: 4 | 7 }>;
const isScheduled = (event: HistoryEvent): event is Scheduled =>
  event.EventType === EventType.TaskScheduled || event.EventType === EventType.SubOrchestrationInstanceCreated;

/**
 * The key of a call that history has twice, which only a non-deterministic orchestration can have. The real host
 * cannot show such a history.
 */
export function repeatedCall(history: readonly HistoryEvent[]): string | undefined {
  const keys = history.filter(isScheduled).map((event) => `${EVENT_NAMES.get(event.EventType)}_${event.EventId}`);
  return keys.find((key, index) => keys.indexOf(key) < index);
}

/** A finished call takes the place of the event that scheduled it; markers of episodes are left out. */
function historyJson(history: readonly HistoryEvent[], showOutput: boolean): Record<string, unknown>[] {
  const scheduled = new Map(history.filter(isScheduled).map((event) => [event.EventId, event]));
  const finished = new Set(history.map((event) => ("TaskScheduledId" in event ? event.TaskScheduledId : undefined)));
  return history
    .filter((event) => event.EventType !== EventType.OrchestratorStarted)
    .filter((event) => event.EventType !== EventType.OrchestratorCompleted)
    .filter((event) => !isScheduled(event) || !finished.has(event.EventId))
    .map((event) => ({
      ...shown(event, showOutput),
      ...("TaskScheduledId" in event ? callDetails(scheduled.get(event.TaskScheduledId)) : {}),
    }));
}

const HIDDEN = new Set([
  "EventId",
  "IsPlayed",
  "OrchestrationInstance",
  "ParentInstance",
  "TaskScheduledId",
  "TimerId",
  "Version",
  "Name",
]);
const NAMED: readonly number[] = [
  EventType.EventRaised,
  EventType.TaskScheduled,
  EventType.SubOrchestrationInstanceCreated,
];

function shown(event: HistoryEvent, showOutput: boolean): Record<string, unknown> {
  const fields = Object.entries(toWire(event))
    .filter(([key]) => !HIDDEN.has(key) || (key === "Name" && NAMED.includes(event.EventType)))
    .filter(([key]) => key !== "Tags" || event.EventType !== EventType.ExecutionStarted)
    .filter(([key]) => key !== "Result" || showOutput)
    .map(([key, value]): [string, unknown] => [key, key === "Result" ? toToken(asText(value)) : value]);
  return {
    ...Object.fromEntries(fields),
    EventType: EVENT_NAMES.get(event.EventType),
    ...(event.EventType === EventType.ExecutionStarted ? { FunctionName: event.Name } : {}),
  };
}

const asText = (value: unknown): string | null => (typeof value === "string" ? value : null);

const callDetails = (call: Scheduled | undefined): Record<string, unknown> =>
  call === undefined
    ? {}
    : { ScheduledTime: call.Timestamp.replace("Z", "+00:00"), FunctionName: call.Name, Input: null };
