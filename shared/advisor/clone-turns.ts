import type { PlannerClone } from "./clone-protocol.ts";
import type { CloneThread } from "./clone-thread.ts";

export type CloneTurns = ReturnType<typeof cloneTurns>;

/** One planner clone for all who want one: made on first use, kept for the next one, and replaced after it died. */
export function cloneTurns(make: () => CloneThread) {
  let clone: CloneThread | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** Has it made, without waiting for it. */
  const ready = (): PlannerClone => (clone ??= make());
  const close = async (): Promise<void> => {
    const closing = clone;
    clone = undefined;
    await closing?.close().catch(() => {});
  };
  return {
    ready,
    close,
    /** Gives work the clone for itself: it holds one server's catalog at a time. */
    withClone: <T>(work: (clone: PlannerClone) => Promise<T>): Promise<T> => {
      const mine = turn.then(() => work(ready()));
      turn = mine.then(() => (clone?.hasEnded() === true ? close() : undefined), close);
      return mine;
    },
  };
}
