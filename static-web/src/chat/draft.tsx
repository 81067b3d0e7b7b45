import type { JSX } from "preact";
import type { Chat } from "../../../shared/contracts/chat.ts";
import { Terms } from "../instructions/terms.tsx";

/** The instruction as it stands now, in plain words once every question is answered. */
export function Draft({ chat }: { chat: Chat }): JSX.Element {
  const isOver = chat.step === "confirmed";
  return (
    <section class={`draft ${isOver ? "is-confirmed" : ""}`} aria-label="The instruction">
      <h3>{isOver ? "The instruction, in force" : "The instruction so far"}</h3>
      {chat.summary === null ? null : <p class="summary">{chat.summary}</p>}
      <Terms terms={chat.terms} />
    </section>
  );
}
