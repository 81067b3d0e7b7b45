// Posting alerts with the retry rule of Azure's action groups.
// https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups
import { setTimeout as sleep } from "node:timers/promises";

/** Azure repeats only after these answers (or when none came); any other failure drops the alert. */
const RETRIED = new Set([408, 429, 503, 504]);
const AZURE_DELAYS_MS = [5_000, 20_000, 5_000, 40_000, 5_000];
const TIMEOUT_MS = 10_000;

type DeliveryOptions = {
  url: string;
  retryDelaysMs?: readonly number[];
  /** After the last retry has failed nothing is posted for so long. */
  pauseMs: number;
  log: (line: string) => void;
};

type Outcome = "delivered" | "dropped" | "stopped";
export type Delivery = { post: (payload: object) => Promise<Outcome>; stop: () => void };

export function createDelivery(options: DeliveryOptions): Delivery {
  const delays = options.retryDelaysMs ?? AZURE_DELAYS_MS;
  const end = new AbortController();
  let pausedUntil = 0;

  const tryOnce = async (payload: object): Promise<{ retry: boolean; because: string } | "delivered"> => {
    try {
      const response = await fetch(options.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(payload),
        signal: AbortSignal.any([end.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      if (response.ok) return "delivered";
      return { retry: RETRIED.has(response.status), because: `HTTP ${response.status}` };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return { retry: true, because: cause instanceof Error ? cause.message : String(cause) };
    }
  };

  return {
    /** Resolves when the alert has been delivered or given up. */
    async post(payload) {
      if (Date.now() < pausedUntil) {
        options.log(`alert not posted: ${options.url} failed all retries a short while ago`);
        return "dropped";
      }
      for (const delayMs of [...delays, undefined]) {
        const result = await tryOnce(payload);
        if (end.signal.aborted) return "stopped";
        if (result === "delivered") return "delivered";
        options.log(
          `${options.url}: ${result.because}${result.retry ? "" : ", which is not retried: the alert is lost"}`,
        );
        if (!result.retry) return "dropped";
        if (delayMs === undefined) break;
        await sleep(delayMs, undefined, { signal: end.signal }).catch(() => {});
        if (end.signal.aborted) return "stopped";
      }
      pausedUntil = Date.now() + options.pauseMs;
      return "dropped";
    },
    stop: () => end.abort(),
  };
}
