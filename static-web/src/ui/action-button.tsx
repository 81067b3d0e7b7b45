import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Capability } from "../can.ts";
import { Icon, type IconName } from "./icons.tsx";

export type ActionButtonOptions = {
  text: string;
  capability: Capability;
  look?: "primary" | "danger" | "plain";
  icon?: IconName;
  /** Shows the sentence below the button even while it works. */
  explains?: boolean;
  act: () => Promise<void> | void;
};

/** A button that says why it does not work. It stays reachable by keyboard, so that the reason can be read. */
export function ActionButton(options: ActionButtonOptions): JSX.Element {
  const { text, capability, look = "plain", icon, explains = false, act } = options;
  const reasonId = useId();
  const isBusy = useSignal(false);
  const isOff = !capability.allowed || isBusy.value;
  const run = async () => {
    if (isOff) return;
    isBusy.value = true;
    try {
      await act();
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <div class="action">
      <button
        type="button"
        class={`button ${look}`}
        aria-disabled={isOff}
        aria-busy={isBusy.value}
        aria-describedby={reasonId}
        onClick={() => void run()}
      >
        {icon === undefined ? null : <Icon name={icon} />}
        {text}
      </button>
      <span id={reasonId} class={capability.allowed && !explains ? "visually-hidden" : "reason"}>
        {capability.because}
      </span>
    </div>
  );
}
