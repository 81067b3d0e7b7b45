import { digest } from "./digest.ts";

/**
 * The trace context of an incident, as W3C `traceparent`. It follows from the incident's id: whoever works on an incident, in whichever
 * app and after however many days, belongs to the same trace, and nothing has to be carried along or stored.
 */
export function traceparentOf(incidentId: string): string {
  const digits = digest(["trace", incidentId]);
  return `00-${digits.slice(0, 32)}-${digits.slice(32, 48)}-01`;
}
