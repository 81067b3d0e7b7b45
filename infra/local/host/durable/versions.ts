import type { LogSink } from "../invocation.ts";
import { EventType, type HistoryEvent } from "./events.ts";

/**
 * Tells the instances of a later app, whose messages wait until that is back: versionMatchStrategy CurrentOrOlder with
 * versionFailureStrategy Reject. Each is logged once.
 */
export function laterAppsOf(ownVersion: string | null, log: LogSink) {
  const toldOf = new Set<string>();
  return (instanceId: string, events: () => readonly HistoryEvent[]): boolean => {
    const version = versionIn(events());
    if (compareVersions(version, ownVersion) <= 0) return false;
    if (!toldOf.has(instanceId))
      log({ level: "warning", functionName: instanceId, message: `It is of version ${version}: left to a later app` });
    toldOf.add(instanceId);
    return true;
  };
}

/** The version that an instance was started with; null where none was given. */
function versionIn(events: readonly HistoryEvent[]): string | null {
  const begin = events.findLast((event) => event.EventType === EventType.ExecutionStarted);
  return begin?.EventType === EventType.ExecutionStarted ? (begin.Version ?? null) : null;
}

/**
 * Orders versions as the Durable Task Framework does: none comes before any, `1.10` after `1.9`, and what is no number by its letters.
 * Below zero when `a` is older.
 */
export function compareVersions(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  const [left, right] = [numbersOf(a), numbersOf(b)];
  if (left === null || right === null) return a.toLowerCase() < b.toLowerCase() ? -1 : 1;
  const at = left.findIndex((number, place) => number !== right[place]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}

/** Two to four numbers with dots between them, as .NET's System.Version. */
const numbersOf = (version: string): number[] | null =>
  /^\d+(\.\d+){1,3}$/.test(version) ? version.split(".").map(Number) : null;
