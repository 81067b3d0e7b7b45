import { numberAt, type Range, setRange } from "./bytes.ts";
import type { Clock } from "./clock.ts";
import { clearEntry, emptyEntry, type Entry, LEVEL, levelNamed } from "./entry.ts";
import type { LogReader, Reading } from "./reading.ts";

const NEWLINE = 10;
const COMMA = 44;
const QUOTE = 34;
const MAX_RECORD_BYTES = 4 * 2 ** 20;
/** PostgreSQL writes 23 columns up to version 12, 24 in 13, and 26 since 14. */
const FEWEST_COLUMNS = 23;
const COLUMN = {
  time: 0,
  user: 1,
  database: 2,
  pid: 3,
  host: 4,
  level: 11,
  sqlState: 12,
  message: 13,
  detail: 14,
  context: 18,
  statement: 19,
  application: 22,
};

/** Reads csvlog: a record may hold newlines within quotes. A class, because the place in the buffer is what it is about. */
export class CsvReader implements LogReader {
  readonly #clock: Clock;
  readonly #reading: Reading;
  readonly #entry: Entry = emptyEntry();
  #buffer: Buffer = Buffer.allocUnsafe(2 * 2 ** 20);
  #length = 0;
  readonly #columns: Range[] = [];
  #count = 0;

  constructor(clock: Clock, reading: Reading) {
    this.#clock = clock;
    this.#reading = reading;
  }

  feed(chunk: Buffer): void {
    if (this.#length + chunk.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#length + chunk.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length += chunk.length;
    this.#drain(false);
  }

  end(): void {
    this.#drain(true);
    this.#length = 0;
  }

  #drain(isLast: boolean): void {
    let at = 0;
    while (at < this.#length) {
      const end = this.#readColumns(at, isLast);
      if (end >= 0) {
        this.#take(at, end);
        at = end + 1;
        continue;
      }
      // A quote that is never closed would swallow the rest: the line is given up.
      const newline = this.#buffer.indexOf(NEWLINE, at);
      if (this.#length - at <= MAX_RECORD_BYTES && !isLast) break;
      this.#reading.totals.malformedLines += 1;
      this.#reading.totals.lines += 1;
      at = newline < 0 || newline >= this.#length ? this.#length : newline + 1;
    }
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= Math.min(at, this.#length);
  }

  /** Finds the columns of a record; returns its end, or -1 when that is not in the buffer yet. */
  #readColumns(from: number, isLast: boolean): number {
    const bytes = this.#buffer;
    this.#count = 0;
    let at = from;
    for (;;) {
      const isQuoted = bytes[at] === QUOTE;
      const start = isQuoted ? at + 1 : at;
      const stop = isQuoted ? this.#endOfQuoted(start) : this.#endOfPlain(start);
      if (stop < 0) return -1;
      this.#keep(start, stop);
      at = isQuoted ? stop + 1 : stop;
      if (at >= this.#length) return isLast ? this.#length : -1;
      if (bytes[at] === 13) at += 1;
      if (bytes[at] === NEWLINE) return at;
      if (bytes[at] !== COMMA) return this.#endOfLine(at, isLast);
      at += 1;
    }
  }

  #keep(start: number, stop: number): void {
    const column = (this.#columns[this.#count] ??= { start: 0, end: 0 });
    setRange(column, start, stop);
    this.#count += 1;
  }

  #endOfLine(at: number, isLast: boolean): number {
    // Nothing of it is a record.
    this.#count = 0;
    const newline = this.#buffer.indexOf(NEWLINE, at);
    if (newline >= 0 && newline < this.#length) return newline;
    return isLast ? this.#length : -1;
  }

  #endOfPlain(from: number): number {
    let at = from;
    while (at < this.#length) {
      const byte = this.#buffer[at];
      if (byte === COMMA || byte === NEWLINE || byte === 13) break;
      at += 1;
    }
    return at;
  }

  /** The closing quote; two quotes are one within the text. */
  #endOfQuoted(from: number): number {
    let at = from;
    for (;;) {
      at = this.#buffer.indexOf(QUOTE, at);
      if (at < 0 || at >= this.#length) return -1;
      if (this.#buffer[at + 1] !== QUOTE || at + 1 >= this.#length) return at;
      at += 2;
    }
  }

  #take(from: number, end: number): void {
    const { totals } = this.#reading;
    totals.lines += 1;
    if (end === from) return;
    const level = this.#count < FEWEST_COLUMNS ? -1 : levelNamed(this.#text(COLUMN.level));
    if (level < 0 || level > LEVEL.panic) {
      totals.malformedLines += 1;
      return;
    }
    const entry = this.#entry;
    const bytes = this.#buffer;
    clearEntry(entry, bytes);
    const time = this.#column(COLUMN.time);
    if (this.#clock.read(bytes, time.start, time.end) > 0) entry.timeMs = this.#clock.timeMs;
    const pid = this.#column(COLUMN.pid);
    entry.pid = numberAt(bytes, pid.start, pid.end);
    entry.level = level;
    for (const name of [
      "user",
      "database",
      "host",
      "sqlState",
      "message",
      "detail",
      "context",
      "statement",
      "application",
    ] as const) {
      const { start, end: stop } = this.#column(COLUMN[name]);
      setRange(entry[name], start, unquoted(bytes, start, stop));
    }
    this.#reading.see(entry);
  }

  #column(number: number): Range {
    return this.#columns[number] ?? { start: 0, end: 0 };
  }

  #text(number: number): string {
    const { start, end } = this.#column(number);
    return this.#buffer.toString("latin1", start, end);
  }
}

/** Makes one quote of two, in place; returns the new end. */
function unquoted(bytes: Buffer, start: number, end: number): number {
  let to = bytes.subarray(start, end).indexOf(QUOTE);
  if (to < 0) return end;
  to += start;
  for (let from = to; from < end; from += 1) {
    bytes[to] = bytes[from] ?? 0;
    to += 1;
    if (bytes[from] === QUOTE && bytes[from + 1] === QUOTE) from += 1;
  }
  return to;
}
