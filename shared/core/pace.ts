import { MINUTE_MS } from "./time.ts";

/** A look costs a run's history about a kilobyte: one every 30 seconds would be 8 MB in three days. */
const SHARE_OF_THE_WAIT = 0.1;
const MOST_MS = 10 * MINUTE_MS;

/** After how long to look again at what has gone on since `since`: a tenth of the wait, at least `leastMs`, at most ten minutes. */
export function lookAgainMs(since: string, now: Date, leastMs: number): number {
  const waitedMs = now.getTime() - Date.parse(since);
  return Math.round(Math.min(Math.max(waitedMs * SHARE_OF_THE_WAIT, leastMs), MOST_MS));
}

/** As `lookAgainMs`, with one look as `until` passes, or at most `leastMs` later: what came about just before it is not missed. */
export function lookAgainBy(until: string, since: string, now: Date, leastMs: number): number {
  const leftMs = Date.parse(until) - now.getTime();
  const pauseMs = lookAgainMs(since, now, leastMs);
  return leftMs < 0 ? pauseMs : Math.min(pauseMs, Math.max(leftMs, leastMs));
}
