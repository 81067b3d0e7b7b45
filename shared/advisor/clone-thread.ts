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

type Waiting = { resolve: (value: CloneAnswer["value"]) => void; reject: (reason: Error) => void };
type Asked<R> = R extends unknown ? Omit<R, "id"> : never;

/** Starts the clone in a thread of its own, its files in `folder`. A thread that dies rejects what was asked of it. */
export function startPlannerClone(folder: string): PlannerClone {
  // The file beside this one: `.ts` as it is written, `.js` as it is built.
  const worker = new Worker(new URL(`./clone-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: folder,
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let death: Error | null = null;

  worker.on("message", (answer: CloneAnswer | CloneFailure) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if (answer.ok) asker?.resolve(answer.value);
    else asker?.reject(new Error(answer.because));
  });
  const died = (reason: Error): void => {
    death = reason;
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
  };
  worker.on("error", died);
  worker.on("exit", () => died(death ?? new Error("the planner clone has ended")));

  const ask = (request: Asked<CloneRequest>): Promise<CloneAnswer["value"]> => {
    if (death !== null) return Promise.reject(death);
    lastId += 1;
    const id = lastId;
    worker.ref();
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id });
    });
  };
  return {
    // Each kind of request has its kind of answer: see clone-worker.ts.
    load: async (catalog, candidates) => {
      const answer = (await ask({ what: "load", catalog, candidates })) as LoadedInThread;
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
    plan: async (query, on = [], wish = {}) =>
      (await ask({ what: "plan", query, on: on.map(({ oid }) => oid), wish })) as Planned,
    close: async () => {
      if (death === null) await ask({ what: "close" });
    },
  };
}
