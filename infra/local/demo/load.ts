// Sessions of the shop's application: each runs one query again and again at a fixed pace.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

const RECENT_MS = 5_000;
const RETRY_MS = 500;

/** A query with a parameter drawn anew for each call. */
export type Work = { text: string; parameter: () => number };

/** Figures since the load began and over the last 5 seconds; `meanMs` is null without calls. */
type LoadFigures = {
  since: string;
  calls: number;
  errors: number;
  meanMs: number | null;
  recent: { calls: number; meanMs: number | null };
};

export type Load = { figures: () => LoadFigures; stop: () => Promise<void> };

/**
 * Starts `clients` sessions. Each begins a call every `paceMs`, or at once when the last one took longer:
 * slow queries saturate the server, quick ones leave it idle, as users do who wait for their page.
 */
export function startLoad(url: string, work: Work, load: { clients: number; paceMs: number }): Load {
  const since = new Date();
  const recent: { at: number; ms: number }[] = [];
  const total = { calls: 0, errors: 0, ms: 0 };
  const end = new AbortController();
  const record = (ms: number) => {
    total.calls += 1;
    total.ms += ms;
    recent.push({ at: Date.now(), ms });
    forgetOld(recent);
  };
  const session = async () => {
    while (!end.signal.aborted) {
      try {
        await runSession({ url, work, paceMs: load.paceMs, signal: end.signal, record });
      } catch {
        // The server restarts or is full: the application comes back.
        total.errors += 1;
        await sleep(RETRY_MS, undefined, { signal: end.signal }).catch(() => {});
      }
    }
  };
  const sessions = Array.from({ length: load.clients }, session);
  return {
    figures: () => {
      forgetOld(recent);
      const recentMs = recent.reduce((sum, { ms }) => sum + ms, 0);
      return {
        since: since.toISOString(),
        calls: total.calls,
        errors: total.errors,
        meanMs: mean(total.ms, total.calls),
        recent: { calls: recent.length, meanMs: mean(recentMs, recent.length) },
      };
    },
    stop: async () => {
      end.abort();
      await Promise.all(sessions);
    },
  };
}

type Session = { url: string; work: Work; paceMs: number; signal: AbortSignal; record: (ms: number) => void };

async function runSession({ url, work, paceMs, signal, record }: Session): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "shop" });
  // A lost connection is reported by the query under way as well; without a listener it would end the process.
  client.on("error", () => {});
  await client.connect();
  try {
    while (!signal.aborted) {
      const start = performance.now();
      await client.query({ text: work.text, values: [work.parameter()] });
      const tookMs = performance.now() - start;
      record(tookMs);
      await sleep(Math.max(0, paceMs - tookMs), undefined, { signal }).catch(() => {});
    }
  } finally {
    await client.end();
  }
}

function forgetOld(recent: { at: number }[]): void {
  const oldest = Date.now() - RECENT_MS;
  const keepFrom = recent.findIndex(({ at }) => at >= oldest);
  recent.splice(0, keepFrom === -1 ? recent.length : keepFrom);
}

const mean = (sum: number, count: number): number | null =>
  count === 0 ? null : Math.round((sum / count) * 100) / 100;
