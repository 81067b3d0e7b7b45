// Changes that take their time: accepted at once, carried out one at a time, and looked at until they have ended.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonAnswer } from "../json-server.ts";

/** How Azure words what went wrong. */
export type Refusal = { code: string; message: string };
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(code: string, message: string) {
    super(message);
    this.refusal = { code, message };
  }
}
type Operation = {
  startTime: string;
  endTime?: string;
  status: "InProgress" | "Succeeded" | "Failed";
  error?: Refusal;
};
export type Place = { origin: string; subscriptionId: string; region: string };

/** In whole seconds, as the header has it. */
const LOOK_AGAIN_SECONDS = "1";
const API_VERSION = "2025-08-01";

export type Operations = ReturnType<typeof createOperations>;

/** `delayMs` passes between the acceptance of a change and its work. */
export function createOperations(delayMs: number) {
  const operations = new Map<string, Operation>();
  let current: Promise<void> | null = null;
  const end = new AbortController();

  const run = async (id: string, work: () => Promise<void>): Promise<void> => {
    const operation: Operation = { startTime: new Date().toISOString(), status: "InProgress" };
    operations.set(id, operation);
    try {
      await sleep(delayMs, undefined, { signal: end.signal });
      await work();
      operation.status = "Succeeded";
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      operation.status = "Failed";
      operation.error = error instanceof Refused ? error.refusal : { code: "InternalServerError", message };
    }
    operation.endTime = new Date().toISOString();
  };
  return {
    /** Whether the server is in the middle of a change. */
    isBusy: (): boolean => current !== null,
    /** Accepts a change and begins it; only one goes on at a time. */
    begin({ origin, subscriptionId, region }: Place, name: string, work: () => Promise<void>): JsonAnswer {
      if (current !== null) return refusal(409, "ServerIsBusy", "The server is busy processing another operation.");
      const id = randomUUID();
      current = run(id, work).finally(() => (current = null));
      const base = `${origin}/subscriptions/${subscriptionId}/providers/Microsoft.DBforPostgreSQL/locations/${region}`;
      return {
        status: 202,
        body: { operation: name, startTime: operations.get(id)?.startTime },
        headers: {
          "azure-asyncoperation": `${base}/azureAsyncOperation/${id}?api-version=${API_VERSION}`,
          location: `${base}/operationResults/${id}?api-version=${API_VERSION}`,
          "retry-after": LOOK_AGAIN_SECONDS,
        },
      };
    },
    /** The answer for `…/azureAsyncOperation/{id}` and `…/operationResults/{id}`. */
    answer(kind: "azureAsyncOperation" | "operationResults", id: string): JsonAnswer {
      const operation = operations.get(id);
      if (operation === undefined) return refusal(404, "OperationNotFound", `There is no operation ${id}.`);
      const goesOn = operation.status === "InProgress";
      const headers = { "retry-after": LOOK_AGAIN_SECONDS };
      if (kind === "operationResults") return { status: goesOn ? 202 : 200, body: {}, headers };
      return { status: 200, body: { name: id, ...operation, properties: null }, ...(goesOn ? { headers } : {}) };
    },
    /** Ends the wait of a change that has been accepted; one that is at work is waited for. */
    stop: async (): Promise<void> => {
      end.abort();
      await current;
    },
  };
}

export const refusal = (status: number, code: string, message: string): JsonAnswer => ({
  status,
  body: { error: { code, message } },
});
