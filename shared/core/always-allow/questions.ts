import { relationOf } from "../../contracts/actions.ts";
import type { ChatChoice, ChatStep } from "../../contracts/chat.ts";
import type { InstructionTerms, InstructionWindow, Weekday } from "../../contracts/instruction.ts";
import type { ProposedAction } from "../../contracts/proposal.ts";
import { DAY_MS, later } from "../time.ts";
import { bytesInWords } from "./describe.ts";

/** What the conversation is about. */
export type Subject = { serverId: string; proposal: ProposedAction };
type Answered = Partial<InstructionTerms> | null;

/** One station: what is asked, what is offered, and how an answer changes the terms. Null: the answer was not understood. */
export type Question = {
  text: (subject: Subject) => string;
  choices: (subject: Subject) => ChatChoice[];
  choose: (choiceId: string, subject: Subject, now: Date) => Answered;
  read: (text: string, subject: Subject, now: Date) => Answered;
  hint: string;
};
export type AskedStep = Exclude<ChatStep, "summary" | "confirmed">;

const EVERY_DAY: Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WORKDAYS: Weekday[] = ["mon", "tue", "wed", "thu", "fri"];
const WEEKEND: Weekday[] = ["sat", "sun"];
const MEGABYTE = 2 ** 20;
const LONGEST_DAYS = 365;

const scopeOf = (width: string, { serverId, proposal }: Subject): Answered => {
  const { schema, table } = relationOf(proposal.action) ?? { schema: null, table: null };
  const { database } = proposal.blastRadius;
  switch (width) {
    case "table":
      return { scope: { serverId, database, schema, table } };
    case "schema":
      return { scope: { serverId, database, schema, table: null } };
    case "database":
      return { scope: { serverId, database, schema: null, table: null } };
    case "server":
      return { scope: { serverId, database: null, schema: null, table: null } };
    case "everywhere":
      return { scope: { serverId: "*", database: null, schema: null, table: null } };
    default:
      return null;
  }
};

const WINDOWS: Record<string, InstructionWindow> = {
  "any-time": { days: EVERY_DAY, from: "00:00", to: "00:00" },
  nights: { days: EVERY_DAY, from: "22:00", to: "06:00" },
  workdays: { days: WORKDAYS, from: "08:00", to: "18:00" },
  weekend: { days: WEEKEND, from: "00:00", to: "00:00" },
};

function readWindow(text: string): Answered {
  const hours = /(\d{1,2}):(\d{2})\s*(?:-|–|to|until)\s*(\d{1,2}):(\d{2})/.exec(text);
  const named = /any ?time|always|whenever/.test(text) ? "any-time" : /night/.test(text) ? "nights" : null;
  const days = /weekend/.test(text)
    ? WEEKEND
    : /weekday|work ?day|mon(day)?\s*(-|–|to)\s*fri/.test(text)
      ? WORKDAYS
      : EVERY_DAY;
  if (hours !== null) {
    const [from, to] = [`${hours[1]?.padStart(2, "0")}:${hours[2]}`, `${hours[3]?.padStart(2, "0")}:${hours[4]}`];
    return [from, to].every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time)) ? { window: { days, from, to } } : null;
  }
  const window =
    named === null ? (days === EVERY_DAY ? undefined : { days, from: "00:00", to: "00:00" }) : WINDOWS[named];
  return window === undefined ? null : { window };
}

function readSize(text: string): Answered {
  const found = /(\d+(?:\.\d+)?)\s*(mb|gb|tb)/.exec(text);
  const unit = { mb: MEGABYTE, gb: MEGABYTE * 1024, tb: MEGABYTE * 1024 ** 2 }[found?.[2] ?? ""];
  const bytes = Math.round(Number(found?.[1]) * (unit ?? Number.NaN));
  return bytes >= MEGABYTE ? { maxTableBytes: bytes } : null;
}

function readExpiry(text: string, now: Date): Answered {
  const found = /(\d+)\s*(day|week|month|year)/.exec(text);
  const days = Number(found?.[1]) * ({ day: 1, week: 7, month: 30, year: 365 }[found?.[2] ?? ""] ?? Number.NaN);
  return days >= 1 && days <= LONGEST_DAYS ? { expiresAt: later(now, days * DAY_MS).toISOString() } : null;
}

function readCount(text: string): Answered {
  const word = /once|twice/.exec(text)?.[0];
  const count = word === undefined ? Number(/\d+/.exec(text)?.[0]) : word === "once" ? 1 : 2;
  return Number.isInteger(count) && count >= 1 && count <= 50 ? { maxPerDay: count } : null;
}

/** Sizes that are offered: about the table at hand, and steps above it. */
const sizesFor = ({ proposal }: Subject): number[] => {
  const least = Math.max(1, Math.ceil(proposal.blastRadius.tableBytes / (512 * MEGABYTE))) * 512 * MEGABYTE;
  return [least, least * 4, least * 20];
};

function placesOf(relation: { schema: string; table: string } | null): { id: string; label: string }[] {
  if (relation === null) return [];
  return [
    { id: "table", label: `Only the table ${relation.table}` },
    { id: "schema", label: `The schema ${relation.schema}` },
  ];
}

export const QUESTIONS: Record<AskedStep, Question> = {
  risk: {
    text: () => "Shall we go through what it may do, step by step?",
    choices: () => [{ id: "go-on", label: "Yes, go on" }],
    choose: (choice) => (choice === "go-on" ? {} : null),
    read: (text) => (/^(y|yes|ok|okay|sure|go|continue|understood)/.test(text) ? {} : null),
    hint: "Say yes to go on, or close this: nothing has been changed.",
  },
  scope: {
    text: () => "Where may it do this on its own?",
    choices: ({ serverId, proposal: { action, blastRadius } }) => [
      ...placesOf(relationOf(action)),
      { id: "database", label: `The database ${blastRadius.database}` },
      { id: "server", label: `The server ${serverId}` },
      { id: "everywhere", label: "Every server" },
    ],
    choose: scopeOf,
    read: (text, subject) =>
      scopeOf(
        /every ?where|all servers|every server/.test(text)
          ? "everywhere"
          : (/table|schema|database|server/.exec(text)?.[0] ?? ""),
        subject,
      ),
    hint: "Say table, schema, database, server or everywhere.",
  },
  size: {
    text: ({ proposal }) => `Up to which table size? This table has ${bytesInWords(proposal.blastRadius.tableBytes)}.`,
    choices: (subject) =>
      sizesFor(subject).map((bytes, at) => ({ id: `size-${at}`, label: `Up to ${bytesInWords(bytes)}` })),
    choose: (choice, subject) => {
      const bytes = sizesFor(subject)[Number(choice.replace("size-", ""))];
      return bytes === undefined ? null : { maxTableBytes: bytes };
    },
    read: readSize,
    hint: "Say a size such as 500 MB or 20 GB.",
  },
  window: {
    text: () => "At what times? All times are UTC.",
    choices: () => [
      { id: "any-time", label: "At any time" },
      { id: "nights", label: "At night, 22:00–06:00" },
      { id: "workdays", label: "Monday to Friday, 08:00–18:00" },
      { id: "weekend", label: "At the weekend" },
    ],
    choose: (choice) => {
      const window = WINDOWS[choice];
      return window === undefined ? null : { window };
    },
    read: readWindow,
    hint: "Say any time, nights, weekend, or hours such as 22:00-04:00 (with weekdays or weekend, if you like).",
  },
  quota: {
    text: () => "How often a day, at most?",
    choices: () =>
      [1, 3, 10].map((count) => ({ id: `quota-${count}`, label: count === 1 ? "Once" : `${count} times` })),
    choose: readCount,
    read: readCount,
    hint: "Say a number from 1 to 50.",
  },
  expiry: {
    text: () => "For how long shall this hold?",
    choices: () => [7, 30, 90].map((days) => ({ id: `expiry-${days}`, label: `${days} days` })),
    choose: (choice, _subject, now) => readExpiry(`${choice.replace("expiry-", "")} days`, now),
    read: (text, _subject, now) => readExpiry(text, now),
    hint: `Say a time such as 30 days or 6 weeks, at most ${LONGEST_DAYS} days.`,
  },
};
