import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ChatChoice, ChatReply } from "../../../shared/contracts/chat.ts";

export type ReplyFormOptions = { choices: readonly ChatChoice[]; reply: (body: ChatReply) => Promise<void> };

/** The answers that are offered, and room for any other in plain words. */
export function ReplyForm({ choices, reply }: ReplyFormOptions): JSX.Element {
  const text = useSignal("");
  const isBusy = useSignal(false);
  const send = async (body: ChatReply) => {
    if (isBusy.value) return;
    isBusy.value = true;
    await reply(body);
    isBusy.value = false;
    text.value = "";
  };
  return (
    <div class="reply" aria-busy={isBusy.value}>
      {choices.length === 0 ? null : (
        <div class="choices-row" role="group" aria-label="Answers">
          {choices.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              class="button choice"
              aria-disabled={isBusy.value}
              onClick={() => void send({ choiceId: id })}
            >
              {label}
            </button>
          ))}
        </div>
      )}
      <form
        class="reply-text"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.value.trim() !== "") void send({ text: text.value.trim() });
        }}
      >
        <input
          aria-label="Your answer"
          placeholder="Or say it in your own words"
          maxLength={500}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
        <button type="submit" class="button" aria-disabled={isBusy.value || text.value.trim() === ""}>
          Send
        </button>
      </form>
    </div>
  );
}
