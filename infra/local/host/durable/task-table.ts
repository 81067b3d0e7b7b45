import type { CompleteDecision, Decision } from "./decisions.ts";
import { contradiction, NonDeterminism, type ScheduleEvent } from "./non-determinism.ts";
import { Pending } from "./pending.ts";

/**
 * The tasks that an orchestration has asked for, numbered in the order of asking. A decision leaves the table when
 * history confirms it; what is left at the end of an episode is new.
 */
export class TaskTable {
  readonly #decisions = new Map<number, Decision>();
  readonly #open = new Map<number, Pending>();
  #nextId = 0;
  #hasCompleted = false;

  get hasOpenTasks(): boolean {
    return this.#open.size > 0;
  }

  get decisions(): Decision[] {
    return [...this.#decisions.values()];
  }

  /** Asks for something that has an outcome. */
  open(decide: (id: number) => Decision): { id: number; task: Pending } {
    const id = this.#nextId++;
    const task = new Pending();
    this.#decisions.set(id, decide(id));
    this.#open.set(id, task);
    return { id, task };
  }

  /** Gives a task its outcome. An unknown id is a duplicate, or a timer that was cancelled. */
  settle(id: number, succeeded: boolean): void {
    const task = this.#open.get(id);
    this.#open.delete(id);
    task?.settle(succeeded);
  }

  /** No longer waits for a task; its decision stays, because history may confirm it. */
  abandon(id: number): void {
    this.#open.delete(id);
  }

  /** History says that this task was scheduled; the current code must have asked for the same. */
  confirm(event: ScheduleEvent): void {
    const problem = contradiction(event, this.#decisions.get(event.EventId));
    if (problem !== undefined) throw new NonDeterminism(problem);
    this.#decisions.delete(event.EventId);
  }

  /** Ends the orchestration; only the first end counts. */
  complete(status: CompleteDecision["status"], result: string | null): void {
    this.#end((id) => ({ kind: "complete", id, status, result }));
  }

  continueAsNew(next: {
    input: string | null;
    carried: Extract<Decision, { kind: "continueAsNew" }>["carried"];
  }): void {
    this.#end((id) => ({ kind: "continueAsNew", id, ...next }));
  }

  #end(decide: (id: number) => Decision): void {
    const id = this.#nextId++;
    if (!this.#hasCompleted) this.#decisions.set(id, decide(id));
    this.#hasCompleted = true;
  }
}
