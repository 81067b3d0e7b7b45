import type { Activity } from "../catalogue/diagnostics/activity.ts";
import type { LoadVerdict } from "../contracts/taxonomy.ts";

/** What is left for others, and for a person who comes to help, when connections run out. */
const FULL_SHARE = 0.95;
const BUSY_PER_CORE = 2;
const WAITERS = 20;
const BUSY_CPU_PERCENT = 80;

/**
 * How busy a server is. A high CPU alone is `busy`, not `saturated`: it is what most incidents are about, and the remedy must be
 * able to run. `saturated` means that one more session may not get through.
 */
export function loadOf(
  activity: Activity,
  server: { vCores: number; maxConnections: number; cpuPercent: number | null },
): LoadVerdict {
  const isFull = activity.connections >= server.maxConnections * FULL_SHARE;
  if (isFull || activity.waiting_for_locks >= WAITERS) return "saturated";
  const isBusy = activity.active > server.vCores * BUSY_PER_CORE || (server.cpuPercent ?? 0) > BUSY_CPU_PERCENT;
  return isBusy ? "busy" : "clear";
}
