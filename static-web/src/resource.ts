import { signal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Problem } from "../../shared/contracts/api.ts";
import type { Answer } from "./api.ts";
import { onChanges, type Change } from "./live.ts";

/** What a screen knows about something on the server. */
export type Loaded<Value> =
  | { status: "loading" }
  | { status: "failed"; problem: Problem }
  | { status: "done"; value: Value };

export type Resource<Value> = {
  state: ReadonlySignal<Loaded<Value>>;
  reload: () => Promise<void>;
  /** Shows a value that the server just answered with. */
  show: (value: Value) => void;
};

/** Something on the server that is loaded again whenever it changes. The last answer stays visible while a new one is awaited. */
export function resource<Value>(load: () => Promise<Answer<Value>>): Resource<Value> {
  const state = signal<Loaded<Value>>({ status: "loading" });
  let latest = 0;
  const show = (value: Value) => {
    latest += 1;
    state.value = { status: "done", value };
  };
  const reload = async () => {
    latest += 1;
    const mine = latest;
    if (state.value.status === "failed") state.value = { status: "loading" };
    const answer = await load();
    // An answer that was overtaken by a later question is old news.
    if (mine !== latest) return;
    if (answer.ok) state.value = { status: "done", value: answer.value };
    else if (state.value.status !== "done" || isFinal(answer.problem)) {
      state.value = { status: "failed", problem: answer.problem };
    }
  };
  return { state, reload, show };
}

/** A passing outage leaves the last value on the screen; the header says that it is not live. */
const isFinal = ({ status }: Problem): boolean => status >= 400 && status < 500;

/** Keeps a resource fresh as long as a component shows it. */
export function useLive<Value>(shown: Resource<Value>, concerns: (change: Change) => boolean): Loaded<Value> {
  useEffect(() => {
    void shown.reload();
    return onChanges((changes) => {
      if (changes === "everything" || changes.some(concerns)) void shown.reload();
    });
  }, [shown]);
  return shown.state.value;
}
