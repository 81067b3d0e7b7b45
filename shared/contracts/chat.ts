import { z } from "zod";
import { Id, Instant } from "./primitives.ts";
import { InstructionTerms } from "./instruction.ts";

/** The stations of the Always-Allow conversation, in order. */
export const ChatStep = z.enum(["risk", "scope", "size", "window", "quota", "expiry", "summary", "confirmed"]);
export type ChatStep = z.infer<typeof ChatStep>;

export const ChatChoice = z.strictObject({ id: Id, label: z.string() });
export type ChatChoice = z.infer<typeof ChatChoice>;

export const ChatMessage = z.strictObject({
  from: z.enum(["pgmedic", "person"]),
  text: z.string().max(4000),
  at: Instant,
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** A conversation as the dashboard sees it. Until it is confirmed it changes nothing. */
export const Chat = z.strictObject({
  chatId: Id,
  incidentId: Id,
  proposalId: Id,
  step: ChatStep,
  messages: z.array(ChatMessage),
  /** Answers offered at this step; free text is always accepted too. */
  choices: z.array(ChatChoice),
  terms: InstructionTerms,
  /** The instruction in plain words, once every question is answered. */
  summary: z.string().nullable(),
  instructionId: Id.nullable(),
});
export type Chat = z.infer<typeof Chat>;

/** Body of `POST /api/chats`. */
export const ChatRequest = z.strictObject({ incidentId: Id, proposalId: Id });

/** Body of `POST /api/chats/{id}/messages`: a choice that was offered, or free text. */
export const ChatReply = z.union([
  z.strictObject({ choiceId: Id }),
  z.strictObject({ text: z.string().trim().min(1).max(500) }),
]);
export type ChatReply = z.infer<typeof ChatReply>;
