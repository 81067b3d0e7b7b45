import { z } from "zod";
import type { Clock } from "./clock.ts";
import { fieldsToEntry, type MessageFields } from "./fields-entry.ts";
import type { LogReader, Reading } from "./reading.ts";

/** An event hub's largest batch. A longer line is passed over. */
const MAX_RECORD_CHARACTERS = 2 ** 20;
const Fields = z.record(z.string(), z.unknown());
type Fields = z.infer<typeof Fields>;
/** Reads a record's fields; null for a record that is no message. */
export type ReadRecord = (record: Fields) => MessageFields | null;

/**
 * Reads JSON: a record a line (jsonlog, Azure's blobs), an array over many lines (exports), or batches with `records` (event hubs).
 */
export function readJson(readRecord: ReadRecord, clock: Clock, reading: Reading): LogReader {
  const toEntry = fieldsToEntry(clock);
  const decoder = new TextDecoder();
  let line = "";
  /** Lines of a record that is written over several of them. */
  let open = "";
  const { totals } = reading;

  const take = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) take(one);
      return;
    }
    const record = Fields.safeParse(value).data ?? {};
    if (Array.isArray(record["records"])) return take(record["records"]);
    const fields = readRecord(record);
    const entry = fields === null ? null : toEntry(fields);
    if (entry === null) totals.malformedLines += 1;
    else reading.see(entry);
  };
  const takeLine = (text: string): void => {
    totals.lines += 1;
    const trimmed = text.trim().replace(/^\[$|^\]$|,$/, "");
    if (trimmed === "") return;
    // A record that begins at the margin ends what was open and broken.
    const isFresh = text.startsWith("{") || open === "";
    const candidate = isFresh ? trimmed : `${open}\n${trimmed}`;
    const parsed = parse(candidate) ?? parse(text.trim());
    if (isFresh && open !== "") totals.malformedLines += 1;
    open = "";
    if (parsed !== null) take(parsed.value);
    else if (candidate.length < MAX_RECORD_CHARACTERS && /^[[{]/.test(candidate)) open = withComma(candidate, text);
    else totals.malformedLines += 1;
  };
  return {
    feed: (chunk) => {
      const lines = (line + decoder.decode(chunk, { stream: true })).split("\n");
      line = lines.pop() ?? "";
      for (const one of lines) takeLine(one);
      if (line.length <= MAX_RECORD_CHARACTERS) return;
      totals.truncatedMessages += 1;
      line = "";
    },
    end: () => {
      if (line !== "") takeLine(line);
      if (open !== "") totals.malformedLines += 1;
      line = "";
      open = "";
    },
  };
}

/** Within a record the comma at the end of a line is part of it. */
const withComma = (candidate: string, text: string): string =>
  /,\s*$/.test(text) && !candidate.endsWith(",") ? `${candidate},` : candidate;

function parse(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
const number = (value: unknown): number => (Number.isFinite(Number(value)) ? Number(value) : 0);

/** PostgreSQL's jsonlog (since version 15). */
export const readServerRecord: ReadRecord = (record) => ({
  time: text(record["timestamp"]),
  pid: number(record["pid"]),
  level: text(record["error_severity"]),
  message: text(record["message"]),
  detail: text(record["detail"]),
  context: text(record["context"]),
  statement: text(record["statement"]),
  sqlState: text(record["state_code"]),
  user: text(record["user"]),
  database: text(record["dbname"]),
  application: text(record["application_name"]),
  host: text(record["remote_host"]),
});

/**
 * Azure's PostgreSQLLogs: resource logs with `properties`, or rows of Log Analytics (PGSQLServerLogs, AzureDiagnostics), whose columns have
 * the same names with another case or an ending for the type. Their `message` often begins with the log_line_prefix.
 */
export const readAzureRecord: ReadRecord = (record) => {
  const category = text(record["category"]) ?? text(record["Category"]);
  if (category !== null && category !== "PostgreSQLLogs") return null;
  const inner = Fields.safeParse(record["properties"]).data ?? parsedProperties(record["properties"]);
  const all = new Map<string, unknown>();
  for (const [name, value] of [...Object.entries(record), ...Object.entries(inner)]) {
    if (value !== "" && value !== null) all.set(name.toLowerCase().replace(/_[sdgtb]$/, ""), value);
  }
  const first = (...names: string[]): unknown =>
    names.map((name) => all.get(name)).find((value) => value !== undefined);
  return {
    time: text(first("timestamp", "time", "timegenerated", "timegenerated [utc]")),
    pid: number(first("processid") ?? 0),
    level: text(first("errorlevel")),
    message: text(first("message")),
    detail: text(first("detail", "detaillog")),
    context: text(first("context")),
    statement: text(first("statement", "query", "internalquery")),
    sqlState: text(first("sqlerrcode", "sqlerrorcode")),
    user: text(first("user", "username")),
    database: text(first("databasename", "dbname")),
    application: null,
    host: null,
  };
};

/** Some exports hold the properties as a text of JSON. */
const parsedProperties = (value: unknown): Fields =>
  typeof value === "string" ? (Fields.safeParse(parse(value)?.value).data ?? {}) : {};
