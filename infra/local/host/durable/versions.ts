import { EventType, type HistoryEvent } from "./events.ts";

/** The version that an instance was started with; null where none was given. */
export function versionIn(events: readonly HistoryEvent[]): string | null {
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
