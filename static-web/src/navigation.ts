import { computed, signal } from "@preact/signals";
import { routeOf } from "./routes.ts";

const path = signal(location.pathname);

/** The current route; screens follow it. */
export const route = computed(() => routeOf(path.value));

/** Goes to a page of the dashboard without loading it anew. */
export function go(to: string): void {
  if (to === location.pathname) return;
  history.pushState(null, "", to);
  path.value = location.pathname;
  scrollTo(0, 0);
}

const isPlainClick = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** Whether a link leads to another page of the dashboard; the sign-in pages are the platform's. */
function isOwnPage(link: HTMLAnchorElement): boolean {
  if (
    link.target !== "" ||
    link.hasAttribute("download") ||
    link.origin !== location.origin ||
    link.pathname.startsWith("/.auth/")
  )
    return false;
  return link.hash === "";
}

/** Makes ordinary links navigate in place, and the browser's back and forward work. */
export function startNavigation(): void {
  addEventListener("popstate", () => (path.value = location.pathname));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || !isPlainClick(event) || !isOwnPage(link)) return;
    event.preventDefault();
    go(link.pathname);
  });
}
