// The planner clone in a thread of its own: making it and planning in it would hold up every request of the process.
import "./plain-wasm.ts";
import { parentPort, workerData } from "node:worker_threads";
import { type CloneAnswer, type CloneRequest, messageOf } from "./clone-protocol.ts";
import { openClone } from "./planner-clone.ts";

if (parentPort === null || typeof workerData !== "string") throw new Error("this runs as a worker of clone-thread.ts");
const port = parentPort;
const clone = await openClone(workerData);

async function answer(request: CloneRequest): Promise<CloneAnswer["value"]> {
  switch (request.what) {
    case "load":
      return clone.load(request.catalog, request.candidates);
    case "plan":
      return clone.plan(request.query, request.on, request.wish);
    case "close":
      await clone.close();
      return null;
  }
}

let turn: Promise<void> = Promise.resolve();
port.on("message", (request: CloneRequest) => {
  turn = turn.then(async () => {
    try {
      port.postMessage({ id: request.id, ok: true, value: await answer(request) });
    } catch (error) {
      port.postMessage({ id: request.id, ok: false, because: messageOf(error) });
    }
    if (request.what === "close") port.close();
  });
});
