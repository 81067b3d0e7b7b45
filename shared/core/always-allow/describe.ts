import type { InstructionTerms, InstructionWindow, Weekday } from "../../contracts/instruction.ts";

const KINDS: Record<InstructionTerms["kind"], string> = {
  create_index: "build an index that its proof calls for",
  drop_index: "drop an index",
};
const ORDER: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NAMES: Record<Weekday, string> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

/** Bytes for people: whole gigabytes or megabytes where they come out even. */
export function bytesInWords(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  if (gigabytes >= 1) return `${Number(gigabytes.toFixed(1))} GB`;
  return `${Number((bytes / 2 ** 20).toFixed(1))} MB`;
}

/** An instruction in plain words: what may be done, where, how large, when, how often, until when, and what never. */
export function describeTerms(terms: InstructionTerms): string {
  return (
    `PgMedic may ${KINDS[terms.kind]} without asking, ${placeInWords(terms)}, on tables of up to ${bytesInWords(terms.maxTableBytes)}, ` +
    `${windowInWords(terms.window)}, at most ${terms.maxPerDay} a day, until ${terms.expiresAt.slice(0, 10)}. ` +
    "It verifies every one by measured figures and takes back what did not help. You can revoke this at any time."
  );
}

export function placeInWords({ scope }: InstructionTerms): string {
  const server = scope.serverId === "*" ? "every server" : `the server ${scope.serverId}`;
  if (scope.table !== null) return `on the table ${scope.schema ?? "any schema"}.${scope.table} of ${server}`;
  if (scope.schema !== null) return `in the schema ${scope.schema} of ${server}`;
  if (scope.database !== null) return `in the database ${scope.database} of ${server}`;
  return `on ${server}`;
}

export function windowInWords({ days, from, to }: InstructionWindow): string {
  const hours = from === to ? "at any hour" : `from ${from} to ${to} UTC`;
  if (days.length === ORDER.length) return from === to ? "at any time" : `every day ${hours}`;
  const named = ORDER.filter((day) => days.includes(day)).map((day) => NAMES[day]);
  return `on ${named.join(", ")} ${hours}`;
}
