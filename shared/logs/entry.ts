import { ascii, type Range, setRange, standsAt } from "./bytes.ts";

/** How severe a message is, in PostgreSQL's order for the server's log. */
export const LEVEL = { debug: 0, info: 1, notice: 2, warning: 3, error: 4, log: 5, fatal: 6, panic: 7 } as const;
/** Lines that belong to the message before them. */
export const ADDITION = { detail: 16, hint: 17, query: 18, context: 19, statement: 20, location: 21 } as const;
export type Level = (typeof LEVEL)[keyof typeof LEVEL];

/** One message of the log with its additions. The ranges lie in `bytes`; all of it is only valid until the next one is read. */
export type Entry = {
  bytes: Buffer;
  /** Milliseconds since 1970 in UTC; NaN when the log does not tell. */
  timeMs: number;
  /** 0 when the log does not tell. */
  pid: number;
  level: number;
  message: Range;
  detail: Range;
  context: Range;
  statement: Range;
  sqlState: Range;
  user: Range;
  database: Range;
  application: Range;
  host: Range;
  /** Where the line of the message begins. */
  lineStart: number;
  /** Finds user, database, application and host where they have not been looked for yet: they are rarely asked for. */
  readSession: ((entry: Entry) => void) | null;
};

const none = (): Range => ({ start: 0, end: 0 });

export const emptyEntry = (): Entry => ({
  bytes: Buffer.alloc(0),
  timeMs: Number.NaN,
  pid: 0,
  level: LEVEL.log,
  message: none(),
  detail: none(),
  context: none(),
  statement: none(),
  sqlState: none(),
  user: none(),
  database: none(),
  application: none(),
  host: none(),
  lineStart: 0,
  readSession: null,
});

export function clearEntry(entry: Entry, bytes: Buffer): void {
  entry.bytes = bytes;
  entry.timeMs = Number.NaN;
  entry.pid = 0;
  entry.readSession = null;
  setRange(entry.detail, 0, 0);
  setRange(entry.context, 0, 0);
  setRange(entry.statement, 0, 0);
  setRange(entry.sqlState, 0, 0);
  clearSession(entry);
}

/** To be called before the fields of the session are read. */
export function ensureSession(entry: Entry): void {
  const read = entry.readSession;
  entry.readSession = null;
  read?.(entry);
}

/** What background processes do not have. */
export function clearSession(entry: Entry): void {
  setRange(entry.user, 0, 0);
  setRange(entry.database, 0, 0);
  setRange(entry.application, 0, 0);
  setRange(entry.host, 0, 0);
}

/** Where an addition of this kind is kept; the others are passed over. */
export function additionRange(entry: Entry, level: number): Range | null {
  if (level === ADDITION.detail) return entry.detail;
  if (level === ADDITION.context) return entry.context;
  return level === ADDITION.statement ? entry.statement : null;
}

const LABELS: readonly (readonly [string, number])[] = [
  ["LOG", LEVEL.log],
  ["LOCATION", ADDITION.location],
  ["ERROR", LEVEL.error],
  ["STATEMENT", ADDITION.statement],
  ["DETAIL", ADDITION.detail],
  ["DEBUG", LEVEL.debug],
  ["FATAL", LEVEL.fatal],
  ["HINT", ADDITION.hint],
  ["CONTEXT", ADDITION.context],
  ["WARNING", LEVEL.warning],
  ["NOTICE", LEVEL.notice],
  ["INFO", LEVEL.info],
  ["PANIC", LEVEL.panic],
  ["QUERY", ADDITION.query],
  ["BACKTRACE", ADDITION.location],
];
const BY_FIRST_BYTE = Array.from({ length: 256 }, (_, byte) =>
  LABELS.filter(([label]) => label.charCodeAt(0) === byte).map(([label, level]) => ({ text: ascii(label), level })),
);

/** The level that a label such as `LOG` or `DEBUG2` names, or -1. */
export function levelNamed(label: string): number {
  const plain = label.toUpperCase().replace(/^DEBUG[1-5]$/, "DEBUG");
  return LABELS.find(([known]) => known === plain)?.[1] ?? -1;
}

const COLON = 58;
const SPACE = 32;

/** The label that stands here, such as `LOG:  `, as `level * 32 + length`; -1 when none does. Only English ones are known. */
export function labelAt(bytes: Uint8Array, at: number, end: number): number {
  for (const { text, level } of BY_FIRST_BYTE[bytes[at] ?? 0] ?? []) {
    if (!standsAt(bytes, at, end, text)) continue;
    let next = at + text.length;
    const byte = bytes[next] ?? 0;
    if (level === LEVEL.debug && byte >= 49 && byte <= 53) next += 1;
    if (bytes[next] !== COLON || bytes[next + 1] !== SPACE) continue;
    next += bytes[next + 2] === SPACE ? 3 : 2;
    return level * 32 + (next - at);
  }
  return -1;
}
