const MAX_BYTES = 16 * 1024;
const MAX_TEXT_BYTES = 2_000;

const SPACE = 32;
const COMMA = 44;
const SEMICOLON = 59;
const PLACEHOLDER = 63;
const isOpening = (byte: number | undefined): boolean => byte === 40 || byte === 91;
const isClosing = (byte: number | undefined): boolean => byte === 41 || byte === 93;
/** Behind these a minus belongs to the number. */
const BEFORE_A_SIGN = new Set(Buffer.from("([,=<>*+"));

/** What a byte within a word is written as: lower-case; 0 for what ends a word. */
const IN_WORD = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 65 && byte <= 90) return byte + 32;
  const isPart = (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || byte === 95 || byte === 36 || byte >= 128;
  return isPart ? byte : 0;
});

/** The text that a statement is grouped by, while it is being written. One is used again and again. A class, for the state is all it is. */
export class NormalText {
  readonly #bytes = Buffer.from(new ArrayBuffer(MAX_BYTES + 64));
  readonly #words = new Int32Array(this.#bytes.buffer);
  #length = 0;
  #isSpacePending = false;
  #isCommaPending = false;
  /** Behind the last placeholder of a list: a comma and another placeholder are left out there. */
  #afterPlaceholder = -1;
  #depth = 0;
  /** The depth of the list of values that is being written, 0 for none. */
  #listDepth = 0;
  /** The last word was IN, ARRAY or VALUES. */
  #opensList = false;
  #isValues = false;
  /** The first row of VALUES, and where the one after it begins: the same row again is taken back. */
  #rowStart = -1;
  #rowEnd = -1;
  #nextRow = -1;

  clear(): void {
    this.#length = 0;
    this.#isSpacePending = false;
    this.#isCommaPending = false;
    this.#afterPlaceholder = -1;
    this.#depth = 0;
    this.#listDepth = 0;
    this.#opensList = false;
    this.#isValues = false;
    this.#rowStart = -1;
    this.#rowEnd = -1;
    this.#nextRow = -1;
  }

  isFull(): boolean {
    return this.#length >= MAX_BYTES;
  }

  space(): void {
    this.#isSpacePending = true;
  }

  put(byte: number): void {
    this.#separate(isClosing(byte));
    this.#bytes[this.#length++] = byte;
  }

  /** Copies the word that begins here, in lower case, with the space behind it; returns the end of both. */
  word(source: Uint8Array, from: number, end: number): number {
    this.#separate(false);
    const bytes = this.#bytes;
    const start = this.#length;
    const last = Math.min(end, from + MAX_BYTES - start);
    let to = start;
    let at = from;
    while (at < last) {
      const byte = IN_WORD[source[at] ?? 0] ?? 0;
      if (byte === 0) break;
      bytes[to++] = byte;
      at += 1;
    }
    this.#length = to;
    const size = to - start;
    if (size === 2 || size === 5 || size === 6) this.#noteWord(start, size);
    if (source[at] !== SPACE || at >= end) return at > from ? at : from + 1;
    this.#isSpacePending = true;
    return at + 1;
  }

  /** A literal or a parameter. */
  placeholder(): void {
    if (this.#isCommaPending && this.#length === this.#afterPlaceholder) {
      this.#isCommaPending = false;
      this.#isSpacePending = false;
      return;
    }
    this.put(PLACEHOLDER);
    const isOfList = this.#listDepth > 0 && this.#depth === this.#listDepth;
    this.#afterPlaceholder = isOfList ? this.#length : -1;
  }

  comma(): void {
    this.#isSpacePending = false;
    if (this.#afterPlaceholder === this.#length) {
      this.#isCommaPending = true;
      return;
    }
    if (this.#isValues && this.#rowEnd === this.#length) this.#nextRow = this.#length;
    this.put(COMMA);
    this.#isSpacePending = true;
  }

  open(byte: number): void {
    const isNextRow = this.#isValues && this.#nextRow >= 0 && this.#nextRow + 1 === this.#length;
    const beginsList = this.#opensList || isNextRow;
    this.put(byte);
    this.#depth += 1;
    if (!beginsList) return;
    this.#listDepth = this.#depth;
    if (!isNextRow) this.#nextRow = -1;
    if (this.#isValues && this.#rowStart < 0) this.#rowStart = this.#length - 1;
  }

  close(byte: number): void {
    this.put(byte);
    const closesList = this.#listDepth > 0 && this.#depth === this.#listDepth;
    this.#depth -= 1;
    if (!closesList) return;
    this.#listDepth = 0;
    if (this.#isValues) this.#endRow();
  }

  /** A row like the first one is taken back, its comma included. */
  #endRow(): void {
    const row = this.#nextRow + 2;
    const isSame =
      this.#nextRow >= 0 &&
      this.#bytes.compare(this.#bytes, this.#rowStart, this.#rowStart + this.#length - row, row, this.#length) === 0;
    if (isSame) this.#length = this.#nextRow;
    this.#rowEnd = this.#length;
    this.#nextRow = -1;
  }

  /** Whether a minus here is the sign of a number. */
  isBeforeSign(): boolean {
    return this.#isCommaPending || this.#length === 0 || BEFORE_A_SIGN.has(this.#bytes[this.#length - 1] ?? 0);
  }

  /** Writes what is pending before the next part: a comma, one space. */
  #separate(isBeforeClosing: boolean): void {
    this.#opensList = false;
    if (this.#isCommaPending) {
      this.#bytes[this.#length++] = COMMA;
      this.#isCommaPending = false;
      this.#isSpacePending = true;
    }
    if (!this.#isSpacePending) return;
    this.#isSpacePending = false;
    if (this.#length > 0 && !isBeforeClosing && !isOpening(this.#bytes[this.#length - 1]))
      this.#bytes[this.#length++] = SPACE;
  }

  /** IN, ARRAY and VALUES begin lists. */
  #noteWord(start: number, size: number): void {
    const first = this.#bytes[start];
    if (size === 2) this.#opensList = first === 105 && this.#bytes[start + 1] === 110;
    else if (size === 5) this.#opensList = first === 97 && this.#isWord(start, "array");
    else if (first === 118 && this.#isWord(start, "values")) {
      this.#opensList = true;
      this.#isValues = true;
      this.#rowStart = -1;
    }
  }

  #isWord(start: number, word: string): boolean {
    return this.#bytes.toString("latin1", start, this.#length) === word;
  }

  /** Ends the text; returns 53 bits of a hash of it. */
  key(): number {
    const bytes = this.#bytes;
    while (this.#length > 0 && (bytes[this.#length - 1] === SEMICOLON || bytes[this.#length - 1] === SPACE))
      this.#length -= 1;
    const length = this.#length;
    for (let at = length; at < length + 3; at += 1) bytes[at] = 0;
    const words = this.#words;
    let one = length;
    let two = 0x9e3779b9;
    for (let at = 0; at < (length + 3) >> 2; at += 1) {
      const word = words[at] ?? 0;
      one = Math.imul(one ^ word, 0x9e3779b1);
      one ^= one >>> 15;
      two = Math.imul((two ^ (two >>> 13)) + word, 0x85ebca77);
    }
    return (one >>> 0) * 2 ** 21 + (two >>> 11);
  }

  text(): string {
    const shown = this.#bytes.toString("utf8", 0, Math.min(this.#length, MAX_TEXT_BYTES));
    return this.#length > MAX_TEXT_BYTES ? `${shown} …` : shown;
  }
}
