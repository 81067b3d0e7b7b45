import { signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";
const KEY = "pgmedic-theme";

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "auto";
}

export const theme = signal<Theme>(stored());

/** Follows the system's preference until the person chooses. */
export function applyTheme(wanted: Theme): void {
  theme.value = wanted;
  if (wanted === "auto") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, wanted);
  document.documentElement.dataset["theme"] = wanted;
}
