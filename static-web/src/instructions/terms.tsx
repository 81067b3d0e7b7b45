import type { JSX } from "preact";
import type { InstructionTerms } from "../../../shared/contracts/instruction.ts";
import { formatBytes, formatInstant } from "../format.ts";
import { ACTIONS } from "../labels.ts";
import { Facts, type Fact } from "../ui/facts.tsx";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const NAMES: Record<(typeof DAYS)[number], string> = {
  mon: "Mon",
  tue: "Tue",
  wed: "Wed",
  thu: "Thu",
  fri: "Fri",
  sat: "Sat",
  sun: "Sun",
};

/** Weekdays in words: `every day`, `Mon–Fri`, `Sat, Sun`. */
export function daysInWords(days: InstructionTerms["window"]["days"]): string {
  const held = DAYS.filter((day) => days.includes(day));
  if (held.length === DAYS.length) return "every day";
  const first = held[0];
  const last = held.at(-1);
  const isRun =
    first !== undefined && last !== undefined && DAYS.indexOf(last) - DAYS.indexOf(first) === held.length - 1;
  if (isRun && held.length > 2) return `${NAMES[first]}–${NAMES[last]}`;
  return held.map((day) => NAMES[day]).join(", ");
}

function whereInWords({ serverId, database, schema, table }: InstructionTerms["scope"]): string {
  const server = serverId === "*" ? "every server" : serverId;
  const parts = [
    database === null ? "any database" : `database ${database}`,
    schema === null ? "any schema" : `schema ${schema}`,
    table === null ? "any table" : `table ${table}`,
  ];
  return `${server}: ${parts.join(", ")}`;
}

function whenInWords({ days, from, to }: InstructionTerms["window"]): string {
  return from === to ? `${daysInWords(days)}, at any time` : `${daysInWords(days)}, ${from}–${to} UTC`;
}

/** The terms of a standing instruction, as a person checks them. */
export function Terms({ terms }: { terms: InstructionTerms }): JSX.Element {
  const facts: Fact[] = [
    { name: "May do", value: ACTIONS[terms.kind] },
    { name: "Where", value: whereInWords(terms.scope) },
    { name: "Tables up to", value: formatBytes(terms.maxTableBytes) },
    { name: "When", value: whenInWords(terms.window) },
    { name: "At most", value: terms.maxPerDay === 1 ? "once a day" : `${terms.maxPerDay} times a day` },
    { name: "Until", value: formatInstant(terms.expiresAt) },
  ];
  return <Facts facts={facts} />;
}
