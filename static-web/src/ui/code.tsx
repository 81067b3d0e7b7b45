import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "./icons.tsx";
import { type Language, tokensOf } from "./highlight.ts";

const COPIED_MS = 2_000;

function CopyButton({ text, label }: { text: string; label: string }): JSX.Element {
  const state = useSignal<"idle" | "copied" | "failed">("idle");
  const copy = async () => {
    state.value = await navigator.clipboard.writeText(text).then(
      () => "copied" as const,
      () => "failed" as const,
    );
    setTimeout(() => (state.value = "idle"), COPIED_MS);
  };
  const words = { idle: "Copy", copied: "Copied", failed: "Select and copy by hand" };
  return (
    <button type="button" class="copy" aria-label={`Copy ${label}`} onClick={() => void copy()}>
      <Icon name={state.value === "copied" ? "check" : "copy"} />
      <span aria-live="polite">{words[state.value]}</span>
    </button>
  );
}

export type CodeOptions = { text: string; label: string; language: Language; copyable?: boolean };

/** A statement, a plan or a message; a plan scrolls sideways rather than lose its indentation. */
export function Code({ text, label, language, copyable = true }: CodeOptions): JSX.Element {
  return (
    <figure class={`code ${language}`}>
      <figcaption>
        <span>{label}</span>
        {copyable ? <CopyButton text={text} label={label} /> : null}
      </figcaption>
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>
          {tokensOf(text, language).map((token, index) =>
            token.kind === "plain" ? (
              token.text
            ) : (
              <span key={index} class={`token-${token.kind}`}>
                {token.text}
              </span>
            ),
          )}
        </code>
      </pre>
    </figure>
  );
}
