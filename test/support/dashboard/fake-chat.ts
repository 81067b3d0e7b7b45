import { Chat, type ChatReply, type ChatStep } from "../../../shared/contracts/chat.ts";
import { fromNow, terms } from "./data.ts";

const STATIONS: Record<ChatStep, { says: string; choices: string[] }> = {
  risk: {
    says: "Creating an index is reversible (R2). It loads the server while it builds and slows writes a little; it does not block them. A wrong one costs disk until it is dropped. Shall we go on?",
    choices: ["Go on"],
  },
  scope: {
    says: "Where may I do this without asking?",
    choices: ["Only orders", "All tables of public", "All of this server"],
  },
  size: { says: "Up to which table size?", choices: ["1 GB", "4 GB", "20 GB"] },
  window: { says: "At which times?", choices: ["Always", "Nights, 22:00–06:00 UTC"] },
  quota: { says: "How often a day at most?", choices: ["Once", "3 times", "10 times"] },
  expiry: { says: "Until when does this hold?", choices: ["7 days", "30 days", "90 days"] },
  summary: { says: "This is the instruction. Confirm it, or tell me what to change.", choices: [] },
  confirmed: { says: "The instruction is in force and the proposal is approved.", choices: [] },
};
const ORDER: readonly ChatStep[] = ["risk", "scope", "size", "window", "quota", "expiry", "summary"];
const SUMMARY =
  "PgMedic may create an index on any table of schema public in database shop up to 4 GB, at any time, at most 3 times a day, until 20 December.";

const at = (step: ChatStep) => ({
  step,
  choices: STATIONS[step].choices.map((label, index) => ({ id: `${step}-${index + 1}`, label })),
  summary: step === "summary" || step === "confirmed" ? SUMMARY : null,
});
const says = (text: string) => ({ from: "pgmedic" as const, text, at: fromNow(0) });

export const aChat = (): Chat =>
  Chat.parse({
    chatId: "chat-1",
    incidentId: "inc-1",
    proposalId: "prop-1",
    messages: [says(STATIONS.risk.says)],
    terms: terms(),
    instructionId: null,
    ...at("risk"),
  });

/** The conversation after one more answer. */
export function answered(chat: Chat, reply: ChatReply): Chat {
  const next = ORDER[Math.min(ORDER.indexOf(chat.step) + 1, ORDER.length - 1)] ?? "summary";
  const choice = chat.choices.find(({ id }) => "choiceId" in reply && id === reply.choiceId);
  const text = "text" in reply ? reply.text : (choice?.label ?? "");
  const messages = [...chat.messages, { from: "person" as const, text, at: fromNow(0) }, says(STATIONS[next].says)];
  return { ...chat, messages, ...at(next) };
}

export const confirmed = (chat: Chat): Chat => ({
  ...chat,
  messages: [...chat.messages, says(STATIONS.confirmed.says)],
  instructionId: "ins-4f1c0a92b7d35e6841aa",
  ...at("confirmed"),
});
