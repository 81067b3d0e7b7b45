import { setRange } from "./bytes.ts";
import { additionRange, clearEntry, emptyEntry, labelAt } from "./entry.ts";
import type { ReadHead } from "./prefix.ts";
import type { LogReader, Reading, Totals } from "./reading.ts";

const NEWLINE = 10;
const TAB = 9;
const CARRIAGE_RETURN = 13;
/** A message that is longer is taken as far as it goes; the rest is passed over. */
const MAX_MESSAGE_BYTES = 4 * 2 ** 20;
const FIRST_LEVEL_OF_ADDITIONS = 16;

type Counts = Pick<Totals, "lines" | "malformedLines" | "detachedLines">;

/**
 * Reads PostgreSQL's plain log. A message and its additions (DETAIL, STATEMENT …) of the same process lie next to each other, and lines
 * after the first begin with a tab: an entry is therefore one range of the buffer and is handed on without copying. A class, because
 * the place in the buffer is what everything here is about.
 */
export class StderrReader implements LogReader {
  readonly #readHead: ReadHead;
  readonly #reading: Reading;
  #buffer: Buffer = Buffer.allocUnsafe(2 * 2 ** 20);
  #length = 0;
  #current = emptyEntry();
  #next = emptyEntry();
  #hasCurrent = false;
  #currentStart = 0;
  /** How long the prefix of the current message is. */
  #headLength = 0;
  /** The rest of a message that was too long is still coming. */
  #isSkipping = false;
  /** Of the entry that is not finished: it is read again when more has come. */
  #unfinished: Counts = { lines: 0, malformedLines: 0, detachedLines: 0 };

  constructor(readHead: ReadHead, reading: Reading) {
    this.#readHead = readHead;
    this.#reading = reading;
  }

  feed(chunk: Buffer): void {
    this.#append(chunk);
    const rest = this.#drain(false);
    this.#hasCurrent = false;
    this.#buffer.copyWithin(0, rest, this.#length);
    this.#length -= rest;
    if (this.#length <= MAX_MESSAGE_BYTES) return;
    this.#reading.totals.truncatedMessages += 1;
    this.end();
    this.#isSkipping = true;
  }

  end(): void {
    this.#drain(true);
    this.#length = 0;
  }

  #append(chunk: Buffer): void {
    if (this.#length + chunk.length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#length + chunk.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length += chunk.length;
  }

  /** Reads what is in the buffer; returns where the unfinished entry begins. */
  #drain(isLast: boolean): number {
    let at = 0;
    while (at < this.#length) {
      const newline = this.#newlineFrom(at, isLast);
      const end = newline < 0 ? -1 : this.#readLine(at, newline, isLast);
      if (end < 0) break;
      at = end + 1;
    }
    if (isLast) this.#emit();
    else if (this.#hasCurrent) {
      this.#forget();
      return this.#currentStart;
    } else this.#commit();
    return Math.min(at, this.#length);
  }

  /** The end of the line from here; -1 when it is not in the buffer yet. */
  #newlineFrom(at: number, isLast: boolean): number {
    const newline = this.#buffer.indexOf(NEWLINE, at);
    if (newline >= 0 && newline < this.#length) return newline;
    return isLast ? this.#length : -1;
  }

  /** Reads a line and those that continue it; returns the end of the last one, or -1 when that is not in the buffer yet. */
  #readLine(at: number, newline: number, isLast: boolean): number {
    const label = this.#additionWithSameHead(at, newline) ?? this.#parseHead(at, newline);
    if (label < 0) {
      this.#unfinished.lines += 1;
      if (newline > at && !this.#isSkipping) this.#unfinished.malformedLines += 1;
      return newline;
    }
    this.#isSkipping = false;
    let end = newline;
    let lines = 1;
    while (end + 1 < this.#length && this.#buffer[end + 1] === TAB) {
      end = this.#newlineFrom(end + 1, isLast);
      if (end < 0) return -1;
      lines += 1;
    }
    if (end + 1 >= this.#length && !isLast) return -1;
    this.#take(label, at, end);
    this.#unfinished.lines += lines;
    return end;
  }

  #parseHead(at: number, newline: number): number {
    clearEntry(this.#next, this.#buffer);
    return this.#readHead(this.#buffer, at, newline, this.#next);
  }

  /** DETAIL, STATEMENT and the like mostly have the head of their message, byte by byte: comparing is quicker than reading it. */
  #additionWithSameHead(at: number, newline: number): number | null {
    const size = this.#headLength;
    if (!this.#hasCurrent || at + size >= newline) return null;
    const bytes = this.#buffer;
    const start = this.#currentStart;
    for (let i = 0; i < size; i += 1) if (bytes[at + i] !== bytes[start + i]) return null;
    const label = labelAt(bytes, at + size, newline);
    if (label >> 5 < FIRST_LEVEL_OF_ADDITIONS) return null;
    this.#next.pid = this.#current.pid;
    this.#next.message.start = at + size;
    return label;
  }

  #take(label: number, at: number, end: number): void {
    const level = label >> 5;
    const start = this.#next.message.start + (label & 31);
    const stop = end > start && this.#buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (level < FIRST_LEVEL_OF_ADDITIONS) {
      this.#emit();
      const entry = this.#next;
      this.#next = this.#current;
      this.#current = entry;
      entry.level = level;
      setRange(entry.message, start, stop);
      this.#hasCurrent = true;
      this.#currentStart = at;
      this.#headLength = start - (label & 31) - at;
    } else if (this.#hasCurrent && this.#current.pid === this.#next.pid) {
      const range = additionRange(this.#current, level);
      if (range !== null) setRange(range, start, stop);
    } else this.#unfinished.detachedLines += 1;
  }

  #emit(): void {
    if (this.#hasCurrent) this.#reading.see(this.#current);
    this.#hasCurrent = false;
    this.#commit();
  }

  #commit(): void {
    const { totals } = this.#reading;
    const counts = this.#unfinished;
    totals.lines += counts.lines;
    totals.malformedLines += counts.malformedLines;
    totals.detachedLines += counts.detachedLines;
    this.#forget();
  }

  #forget(): void {
    this.#unfinished.lines = 0;
    this.#unfinished.malformedLines = 0;
    this.#unfinished.detachedLines = 0;
  }
}
