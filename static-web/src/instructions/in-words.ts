import type { InstructionTerms } from "../../../shared/contracts/instruction.ts";

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
function daysInWords(days: InstructionTerms["window"]["days"]): string {
  const held = DAYS.filter((day) => days.includes(day));
  if (held.length === DAYS.length) return "every day";
  const first = held[0];
  const last = held.at(-1);
  const isRun =
    first !== undefined && last !== undefined && DAYS.indexOf(last) - DAYS.indexOf(first) === held.length - 1;
  if (isRun && held.length > 2) return `${NAMES[first]}–${NAMES[last]}`;
  return held.map((day) => NAMES[day]).join(", ");
}

/** Where an instruction holds, from the server down to the table. */
export function whereInWords({ serverId, database, schema, table }: InstructionTerms["scope"]): string {
  const server = serverId === "*" ? "every server" : serverId;
  const parts = [
    database === null ? "any database" : `database ${database}`,
    schema === null ? "any schema" : `schema ${schema}`,
    table === null ? "any table" : `table ${table}`,
  ];
  return `${server}: ${parts.join(", ")}`;
}

/** When an instruction holds; times are UTC. */
export function whenInWords({ days, from, to }: InstructionTerms["window"]): string {
  return from === to ? `${daysInWords(days)}, at any time` : `${daysInWords(days)}, ${from}–${to} UTC`;
}
