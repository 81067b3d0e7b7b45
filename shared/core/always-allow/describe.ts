import type { InstructionTerms, InstructionWindow, Weekday } from "../../contracts/instruction.ts";

const KINDS: Record<InstructionTerms["kind"], string> = {
  create_index: "build an index that its proof calls for",
  drop_index: "drop an index",
  restore_index: "make a dropped index again",
  reindex_index: "rebuild a bloated index",
  analyze_table: "analyse a table whose statistics are stale",
  create_statistics: "create extended statistics",
  drop_statistics: "drop extended statistics that it made",
  set_column_statistics: "change a column's statistics target",
  vacuum_table: "vacuum a table",
  vacuum_freeze: "freeze a table",
  set_table_autovacuum: "change a table's autovacuum settings",
  set_table_fillfactor: "change a table's fillfactor",
  terminate_backend: "end a session",
  cancel_backend: "cancel a session's statement",
  rollback_prepared: "roll back a prepared transaction",
  drop_replication_slot: "drop a replication slot",
  set_role_setting: "change a setting of a role",
  set_role_connection_limit: "limit a role's connections",
  set_server_parameter: "change a server parameter",
  scale_compute: "give a server another compute size",
  grow_storage: "give a server more storage",
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
