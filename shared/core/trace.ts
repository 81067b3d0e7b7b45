import { digest } from "./digest.ts";

/**
 * The trace context of an incident, as W3C `traceparent`. It follows from the incident's id: whoever works on an incident, in whichever
 * app and after however many days, belongs to the same trace, and nothing has to be carried along or stored.
 */
export function traceparentOf(incidentId: string): string {
  const digits = digest(["trace", incidentId]);
  return `00-${digits.slice(0, 32)}-${digits.slice(32, 48)}-01`;
}

/** Reads a W3C `traceparent`; null where it is none. */
export function traceIdsOf(traceparent: string): { traceId: string; spanId: string; traceFlags: number } | null {
  const [, traceId, spanId, flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}
