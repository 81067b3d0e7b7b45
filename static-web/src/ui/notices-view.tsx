import type { JSX } from "preact";
import { dismiss, notices } from "../notices.ts";
import { Icon } from "./icons.tsx";

/** What just happened, in a corner; a live region from the start, so that the first message is said as well. */
export function NoticesView(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, tone, text }) => (
        <div key={id} class={`notice tone-${tone}`}>
          <Icon name={tone === "good" ? "check" : "cross"} />
          <p>{text}</p>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
