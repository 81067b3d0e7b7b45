import { signal } from "@preact/signals";

/** A short message about what the person just did; a screen reader says it too. */
export type Notice = { id: number; tone: "good" | "bad"; text: string };

const SHOWN_MS = 8_000;
let nextId = 1;

export const notices = signal<readonly Notice[]>([]);

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Shows a message; a good one leaves by itself, a bad one stays until it is dismissed. */
export function notify(tone: Notice["tone"], text: string): void {
  const notice = { id: nextId++, tone, text };
  notices.value = [...notices.value.slice(-2), notice];
  if (tone === "good") setTimeout(() => dismiss(notice.id), SHOWN_MS);
}
