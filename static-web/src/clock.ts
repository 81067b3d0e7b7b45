import { signal } from "@preact/signals";

/** The time of day, once a second while somebody looks: ages and remaining times follow it. */
export const now = signal(new Date());

setInterval(() => {
  if (!document.hidden) now.value = new Date();
}, 1000);
