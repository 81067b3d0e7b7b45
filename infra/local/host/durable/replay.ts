import type { OrchestratorReply } from "./actions.ts";
import type { Decision } from "./decisions.ts";
import { EventType, type HistoryEvent } from "./events.ts";
import { createExternalEvents } from "./external-events.ts";
import { isScheduleEvent, NonDeterminism } from "./non-determinism.ts";
import { Performer } from "./performer.ts";
import { TaskTable } from "./task-table.ts";

export interface ReplayOptions {
  readonly executionId: string;
  readonly functionName: string;
  readonly reply: OrchestratorReply;
}

/**
 * The host's half of the replay protocol: carries out the orchestrator's cumulative action list against the
 * history, event by event, and keeps what history does not contain yet. It mirrors how the DurableTask framework
 * numbers tasks, so that history ids, retries and the determinism check come out as on the real host.
 */
class Replay {
  readonly #options: ReplayOptions;
  readonly #tasks = new TaskTable();
  readonly #events = createExternalEvents();
  readonly #performer: Performer;
  readonly #heldBack: HistoryEvent[] = [];
  readonly #carried: HistoryEvent[] = [];
  #isSuspended = false;
  #hasReturned = false;
  #nowMs = 0;
  #nextInput: { text: string | null } | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#performer = new Performer({
      tasks: this.#tasks,
      events: this.#events,
      nowMs: () => this.#nowMs,
      executionId: options.executionId,
      onContinue: (text) => (this.#nextInput = { text }),
    });
  }

  run(history: readonly HistoryEvent[]): Decision[] {
    try {
      for (const event of history) this.#receive(event);
      // An open task keeps the instance running, even when the code has returned: so does the framework.
      if (this.#hasReturned && !this.#tasks.hasOpenTasks) this.#finish();
    } catch (error) {
      if (!(error instanceof NonDeterminism)) throw error;
      this.#tasks.complete("Failed", error.message);
    }
    return this.#tasks.decisions;
  }

  #receive(event: HistoryEvent): void {
    if (event.EventType === EventType.OrchestratorStarted) {
      this.#nowMs = Date.parse(event.Timestamp);
    } else if (event.EventType === EventType.ExecutionResumed) {
      this.#isSuspended = false;
      for (const held of this.#heldBack.splice(0)) this.#apply(held);
    } else if (event.EventType === EventType.ExecutionTerminated) {
      this.#tasks.complete("Terminated", event.Input);
    } else if (event.EventType === EventType.ExecutionSuspended) {
      this.#isSuspended = true;
    } else if (this.#isSuspended) {
      this.#heldBack.push(event);
    } else {
      this.#apply(event);
    }
  }

  #apply(event: HistoryEvent): void {
    if (isScheduleEvent(event)) return this.#tasks.confirm(event);
    if (event.EventType === EventType.ExecutionStarted) return this.#start();
    if (event.EventType === EventType.TimerFired) return this.#tasks.settle(event.TimerId, true);
    if ("TaskScheduledId" in event) return this.#tasks.settle(event.TaskScheduledId, "Result" in event);
    if (event.EventType !== EventType.EventRaised) return undefined; // markers
    return this.#nextInput === undefined ? this.#events.raise(event.Name) : void this.#carried.push(event);
  }

  #start(): void {
    const { reply } = this.#options;
    this.#performer.perform(reply.actions, () => (this.#hasReturned = reply.isDone || reply.error !== undefined));
  }

  #finish(): void {
    const { reply, functionName } = this.#options;
    if (reply.error !== undefined) {
      this.#tasks.complete("Failed", `Orchestrator function '${functionName}' failed: ${reply.error}`);
    } else if (this.#nextInput !== undefined) {
      this.#tasks.continueAsNew({ input: this.#nextInput.text, carried: this.#carried });
    } else {
      this.#tasks.complete("Completed", reply.output === undefined ? null : JSON.stringify(reply.output));
    }
  }
}

/** Decides what one episode asks for beyond its history. */
export const replay = (options: ReplayOptions, history: readonly HistoryEvent[]): Decision[] =>
  new Replay(options).run(history);
