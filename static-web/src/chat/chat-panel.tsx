import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../../../shared/contracts/api.ts";
import type { Chat, ChatReply } from "../../../shared/contracts/chat.ts";
import { adviceFor, api, type Answer } from "../api.ts";
import { can } from "../can.ts";
import { notify } from "../notices.ts";
import { principal } from "../session.ts";
import { ActionButton } from "../ui/action-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Loading, ProblemView } from "../ui/view.tsx";
import { Draft } from "./draft.tsx";
import { Messages } from "./messages.tsx";
import { ReplyForm } from "./reply-form.tsx";

type Opened = { status: "loading" } | { status: "failed"; problem: Problem } | { status: "done"; chat: Chat };

export type ChatPanelOptions = { incidentId: string; proposalId: string; onClose: () => void };

type ConversationOptions = {
  chat: Chat;
  take: (answer: Answer<Chat>) => void;
  said: Signal<string>;
  onClose: () => void;
};

function Conversation({ chat, take, said, onClose }: ConversationOptions): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  // The answered choices go away: the focus goes to the next answer, at the end to the button that is left to press.
  useEffect(() => {
    frame.current?.querySelector<HTMLElement>(".choice, .chat-foot .button")?.focus();
    if (chat.summary !== null) frame.current?.querySelector(".draft")?.scrollIntoView({ block: "end" });
  }, [chat.step]);
  const reply = async (body: ChatReply) => take(await api.reply(chat.chatId, body));
  const confirm = async () => {
    const answer = await api.confirmChat(chat.chatId);
    take(answer);
    if (answer.ok) notify("good", "The instruction is in force and this proposal is approved.");
  };
  const isOver = chat.step === "confirmed";
  return (
    <div ref={frame} class="chat">
      <div class="chat-scroll">
        <Messages messages={chat.messages} />
        <p class="chat-problem" role="alert">
          {said.value}
        </p>
        {isOver ? null : <ReplyForm key={chat.step} choices={chat.choices} reply={reply} />}
        <Draft chat={chat} />
      </div>
      <div class="chat-foot">
        {isOver ? null : (
          <ActionButton
            text="Confirm"
            look="primary"
            icon="check"
            explains
            capability={can.confirm(chat, principal.value)}
            act={confirm}
          />
        )}
        <button type="button" class="button" onClick={onClose}>
          {isOver ? "Done" : "Close without changing anything"}
        </button>
      </div>
    </div>
  );
}

/** The Always-Allow conversation. Until it is confirmed it changes nothing, so it can be left at any time. */
export function ChatPanel({ incidentId, proposalId, onClose }: ChatPanelOptions): JSX.Element {
  const opened = useSignal<Opened>({ status: "loading" });
  const said = useSignal("");
  const open = async () => {
    opened.value = { status: "loading" };
    const answer = await api.openChat({ incidentId, proposalId });
    opened.value = answer.ok ? { status: "done", chat: answer.value } : { status: "failed", problem: answer.problem };
  };
  useEffect(() => void open(), [proposalId]);
  const take = (answer: Answer<Chat>) => {
    said.value = answer.ok ? "" : `${answer.problem.title}. ${adviceFor(answer.problem)}`;
    if (answer.ok) opened.value = { status: "done", chat: answer.value };
  };
  const state = opened.value;
  return (
    <Dialog title="Always allow" look="panel" onClose={onClose}>
      {state.status === "loading" ? <Loading what="conversation" /> : null}
      {state.status === "failed" ? <ProblemView problem={state.problem} what="conversation" retry={open} /> : null}
      {state.status === "done" ? <Conversation chat={state.chat} take={take} said={said} onClose={onClose} /> : null}
    </Dialog>
  );
}
