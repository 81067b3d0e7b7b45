import type { JSX } from "preact";
import type { ChatMessage } from "../../../shared/contracts/chat.ts";

/** What was said so far; new messages are read out. */
export function Messages({ messages }: { messages: readonly ChatMessage[] }): JSX.Element {
  return (
    <div role="log" aria-label="Conversation">
      <ol class="messages">
        {messages.map(({ from, text }, index) => (
          <li key={index} class={`message from-${from}`}>
            <span class="visually-hidden">{from === "pgmedic" ? "PgMedic: " : "You: "}</span>
            {text}
          </li>
        ))}
      </ol>
    </div>
  );
}
