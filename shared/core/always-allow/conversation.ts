import type { Chat, ChatMessage, ChatReply, ChatStep } from "../../contracts/chat.ts";
import { type Instruction, InstructionTerms } from "../../contracts/instruction.ts";
import type { Actor } from "../../contracts/primitives.ts";
import { relationOf } from "../../contracts/actions.ts";
import { derivedId } from "../digest.ts";
import { DAY_MS, later } from "../time.ts";
import { bytesInWords, describeTerms } from "./describe.ts";
import { type AskedStep, QUESTIONS, type Subject } from "./questions.ts";

const STEPS: readonly ChatStep[] = ["risk", "scope", "size", "window", "quota", "expiry", "summary", "confirmed"];
const isAsked = (step: ChatStep): step is AskedStep => step !== "summary" && step !== "confirmed";
const NO_RELATION = { schema: null, table: null };
const CONFIRM = "Confirm writes the instruction and approves this proposal. Say «start over» to change something.";

/** What PgMedic did on the server before: the measured part of the risk. */
export type TrackRecord = { done: number; improved: number; undone: number };

/** Begins the conversation: the risk of always allowing this kind of action, from the facts, then the first question. */
export function beginChat(
  chatId: string,
  subject: Subject & { incidentId: string },
  record: TrackRecord,
  now: Date,
): Chat {
  const { proposal, serverId, incidentId } = subject;
  const { schema, table } = relationOf(proposal.action) ?? NO_RELATION;
  const terms: InstructionTerms = {
    kind: proposal.action.kind,
    scope: { serverId, database: proposal.blastRadius.database, schema, table },
    maxTableBytes: 2 ** 30,
    window: { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "00:00" },
    maxPerDay: 1,
    expiresAt: later(now, 30 * DAY_MS).toISOString(),
  };
  const opened = {
    chatId,
    incidentId,
    proposalId: proposal.proposalId,
    messages: [],
    terms,
    summary: null,
    instructionId: null,
  };
  return asked({ ...opened, step: "risk", choices: [] }, subject, [riskInWords(subject, record)], now);
}

function riskInWords({ proposal }: Subject, { done, improved, undone }: TrackRecord): string {
  const { blastRadius, riskClass } = proposal;
  const past =
    done === 0
      ? "It has not done this on this server before."
      : `On this server it did this ${done} times: ${improved} proved better, ${undone} were undone.`;
  return (
    `Always allowing means that next time nobody is asked. Risk class ${riskClass}: ${wayBack(proposal)}. ` +
    `Lock: ${blastRadius.lock}. ${costInWords(proposal)} ${past} ` +
    "Guardrails, proof and verification stay as they are, and actions that cannot be undone are never covered."
  );
}

const wayBack = ({ inverse }: Subject["proposal"]): string =>
  inverse === null ? "nothing takes it back, and nothing needs to" : `it can be undone (${inverse.statement})`;

function costInWords({ action, blastRadius }: Subject["proposal"]): string {
  if (action.kind !== "create_index") return `${blastRadius.note} It touches ${blastRadius.relation}.`;
  return (
    `A build reads the whole table (here ${bytesInWords(blastRadius.tableBytes)}) and needs disk for the index ` +
    `(here about ${bytesInWords(blastRadius.estimatedBytes)}); every later write keeps one more index.`
  );
}

/** Takes a person's answer and goes on to the next question; what is not understood is asked again with a hint. */
export function continueChat(chat: Chat, reply: ChatReply, subject: Subject, now: Date): Chat {
  const said =
    "text" in reply ? reply.text : (chat.choices.find(({ id }) => id === reply.choiceId)?.label ?? reply.choiceId);
  const heard = withMessages(chat, [{ from: "person", text: said, at: now.toISOString() }]);
  if (/^start over/i.test(said)) return asked({ ...heard, step: "scope", summary: null }, subject, [], now);
  if (!isAsked(chat.step)) return withMessages(heard, [own(CONFIRM, now)]);
  const question = QUESTIONS[chat.step];
  const change =
    "text" in reply ? question.read(said.toLowerCase(), subject, now) : question.choose(reply.choiceId, subject, now);
  if (change === null) return withMessages(heard, [own(`I did not understand that. ${question.hint}`, now)]);
  const step = STEPS[STEPS.indexOf(chat.step) + 1] ?? "summary";
  return asked({ ...heard, terms: { ...chat.terms, ...change }, step }, subject, [], now);
}

function asked(chat: Chat, subject: Subject, before: string[], now: Date): Chat {
  if (!isAsked(chat.step)) {
    const summary = describeTerms(chat.terms);
    return withMessages({ ...chat, summary, choices: [] }, [own(summary, now), own(CONFIRM, now)]);
  }
  const question = QUESTIONS[chat.step];
  const messages = [...before, question.text(subject)].map((text) => own(text, now));
  return withMessages({ ...chat, choices: question.choices(subject) }, messages);
}

const own = (text: string, now: Date): ChatMessage => ({ from: "pgmedic", text, at: now.toISOString() });
const withMessages = (chat: Chat, messages: ChatMessage[]): Chat => ({
  ...chat,
  messages: [...chat.messages, ...messages],
});

/** The instruction that a finished conversation makes. Its id follows from the proposal, so that confirming twice makes one. */
export function instructionOf(chat: Chat, by: Actor, now: Date): Instruction | null {
  if (chat.step !== "summary") return null;
  const terms = InstructionTerms.parse(chat.terms);
  return {
    ...terms,
    instructionId: derivedId("ins", chat.proposalId, chat.chatId),
    summary: describeTerms(terms),
    createdBy: by,
    createdAt: now.toISOString(),
    incidentId: chat.incidentId,
    revoked: null,
  };
}
