import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Candidate } from "./candidates.ts";
import type {
  CloneAnswer,
  CloneFailure,
  CloneRequest,
  LoadedInThread,
  PlannerClone,
  Planned,
} from "./clone-protocol.ts";

type What = CloneRequest["what"];
type Waiting = { what: What; resolve: (value: CloneAnswer["value"]) => void; reject: (reason: Error) => void };
type Asked<R> = R extends unknown ? Omit<R, "id"> : never;

/**
 * How long the thread may be at one request. PostgreSQL's own time limit does not work in it, and a join of twenty tables, or a table of
 * a thousand partitions, may be planned for hours: every other investigation of the process would wait.
 */
export const LIMITS_MS: Readonly<Record<What, number>> = { load: 180_000, plan: 30_000, close: 30_000 };

/** The clone in its thread; once it has ended, nothing more is planned in it. */
export type CloneThread = PlannerClone & { hasEnded: () => boolean };

/**
 * Starts the clone in a thread of its own, its files in `folder`. A thread that dies rejects what was asked of it; one that takes too
 * long is ended, and whatever is asked of it then and later could not be planned.
 */
export function startPlannerClone(folder: string, limitsMs = LIMITS_MS): CloneThread {
  const { ask, ended, hasEnded } = startThread(folder, limitsMs);
  return {
    // Each kind of request has its kind of answer: see clone-worker.ts.
    load: async (catalog, candidates) => {
      const answer = await orTooLong<LoadedInThread>(ask({ what: "load", catalog, candidates }), (because) => ({
        indexes: [],
        failed: candidates.map((_, place) => ({ place, because })),
        problems: [because],
      }));
      // What crosses is a copy: the caller compares tables by identity, so it gets its own candidates again.
      const own = ({ place }: { place: number }): Candidate[] => candidates.slice(place, place + 1);
      return {
        indexes: answer.indexes.flatMap(({ place, ...index }) =>
          own({ place }).map((candidate) => ({ ...index, candidate })),
        ),
        failed: answer.failed.flatMap(({ place, because }) =>
          own({ place }).map((candidate) => ({ candidate, because })),
        ),
        problems: answer.problems,
      };
    },
    plan: (query, on = [], wish = {}) =>
      orTooLong<Planned>(ask({ what: "plan", query, on: on.map(({ oid }) => oid), wish }), (because) => ({
        ok: false,
        because,
      })),
    close: async () => {
      if (!hasEnded()) await ask({ what: "close" });
      await ended();
    },
    hasEnded,
  };
}

/** The thread, and the questions that wait for it. */
function startThread(folder: string, limitsMs: typeof LIMITS_MS) {
  // The file beside this one: `.ts` as it is written, `.js` as it is built.
  const worker = new Worker(new URL(`./clone-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: folder,
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let death: Error | null = null;
  let ending: Promise<unknown> | null = null;
  let watch: NodeJS.Timeout | undefined;

  /** The thread serves in order: what has waited longest is what it is at. */
  const watchNext = (): void => {
    clearTimeout(watch);
    const [next] = waiting.values();
    if (next === undefined) return worker.unref();
    const limitMs = limitsMs[next.what];
    watch = setTimeout(() => {
      const reason = new TooLong(limitMs);
      died(reason);
      ending = worker.terminate();
    }, limitMs);
  };
  worker.on("message", (answer: CloneAnswer | CloneFailure) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    watchNext();
    if (answer.ok) asker?.resolve(answer.value);
    else asker?.reject(new Error(answer.because));
  });
  const died = (reason: Error): void => {
    death ??= reason;
    for (const { reject } of waiting.values()) reject(death);
    waiting.clear();
    watchNext();
  };
  worker.on("error", died);
  worker.on("exit", () => died(new Error("the planner clone has ended")));

  const ask = (request: Asked<CloneRequest>): Promise<CloneAnswer["value"]> => {
    if (death !== null) return Promise.reject(death);
    lastId += 1;
    const id = lastId;
    worker.ref();
    return new Promise((resolve, reject) => {
      waiting.set(id, { what: request.what, resolve, reject });
      if (waiting.size === 1) watchNext();
      worker.postMessage({ ...request, id });
    });
  };
  return { ask, hasEnded: () => death !== null, ended: async () => void (await ending) };
}

class TooLong extends Error {
  constructor(limitMs: number) {
    super(`it could not be planned: the planner clone did not answer within ${limitMs / 1_000} s and was ended`);
  }
}

/** The answer, or what is answered in its place when the thread was ended for taking too long. */
async function orTooLong<T extends LoadedInThread | Planned>(
  asked: Promise<CloneAnswer["value"]>,
  instead: (because: string) => T,
): Promise<T> {
  try {
    return (await asked) as T;
  } catch (failure) {
    if (failure instanceof TooLong) return instead(failure.message);
    throw failure;
  }
}
