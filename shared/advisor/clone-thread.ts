import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { CloneAnswer, CloneFailure, CloneRequest, Loaded, PlannerClone, Planned } from "./clone-protocol.ts";

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
      const { indexes, problems } = (await ask({ what: "load", catalog, candidates })) as Loaded;
      // What came back is a copy: the caller compares tables by identity, so it gets its own candidates again, in the same order.
      return {
        indexes: indexes.map((index, at) => ({ ...index, candidate: candidates[at] ?? index.candidate })),
        problems,
      };
    },
    plan: async (query, on = []) => (await ask({ what: "plan", query, on })) as Planned,
    close: async () => {
      if (death === null) await ask({ what: "close" });
    },
  };
}
