import type { JSX } from "preact";

const PATHS = {
  servers: "M4 5h16v5H4zM4 14h16v5H4zM7.5 7.5h.01M7.5 16.5h.01",
  incidents: "M3 13h4l2.5-7 4 13 2.5-6h5",
  timeline: "M6 4v16M6 8h.01M6 16h.01M10 8h10M10 16h7",
  playbooks: "M12 6.5C10 5 7 4.5 4 5v13c3-.5 6 0 8 1.5 2-1.5 5-2 8-1.5V5c-3-.5-6 0-8 1.5zM12 6.5v13",
  instructions: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h6M9 17h4",
  autonomy: "M4 20h4v-5h4v-5h4V5h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  chat: "M4 5h16v11H9l-5 4z",
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8z",
  arrow: "M5 12h14M13 6l6 6-6 6",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  lock: "M6 11h12v9H6zM9 11V7.5a3 3 0 0 1 6 0V11",
} as const;
export type IconName = keyof typeof PATHS;

/** A drawing that goes with words; never alone. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Brand(): JSX.Element {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M5 17h5l3-8 5 15 3-7h6" />
    </svg>
  );
}
