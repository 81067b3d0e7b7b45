// Asks every two seconds what changed, and tells whoever shows it.
import { signal } from "@preact/signals";
import type { Changes } from "../../shared/contracts/api.ts";
import { api } from "./api.ts";

const VISIBLE_MS = 2_000;
const HIDDEN_MS = 30_000;

/** A cursor that the API, or what stands before it, does not take would fail for ever: it is wrong, gone, or makes the address too long. */
const NOT_TAKEN: ReadonlySet<number> = new Set([400, 410, 414, 431]);

export type Change = Changes["changes"][number];
/** `everything`: changes may have been missed, so all that is shown is loaded again. */
export type Heard = readonly Change[] | "everything";

/** Whether the page shows the state of two seconds ago at most. */
export const connection = signal<"connecting" | "live" | "interrupted" | "signedOut">("connecting");

const listeners = new Set<(heard: Heard) => void>();

/** Calls `listener` with what changed; returns the function that ends it. */
export function onChanges(listener: (heard: Heard) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const tell = (heard: Heard) => listeners.forEach((listener) => listener(heard));

let cursor: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let isAsking = false;

async function ask(): Promise<void> {
  const answer = await api.changes(cursor);
  if (!answer.ok) {
    connection.value = answer.problem.status === 401 ? "signedOut" : "interrupted";
    if (NOT_TAKEN.has(answer.problem.status)) cursor = null;
    return;
  }
  const isResumed = cursor === null || connection.value !== "live";
  cursor = answer.value.cursor;
  connection.value = "live";
  if (isResumed) tell("everything");
  else if (answer.value.changes.length > 0) tell(answer.value.changes);
}

/** Asks now, then again and again: every 2 s, every 30 s while nobody looks. */
export async function followChanges(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  clearTimeout(timer);
  await ask();
  isAsking = false;
  timer = setTimeout(() => void followChanges(), document.hidden ? HIDDEN_MS : VISIBLE_MS);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void followChanges();
});
