import { NormalText } from "./normal-text.ts";

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const MINUS = 45;
const SLASH = 47;
const STAR = 42;
const POINT = 46;
const PLUS = 43;
const BACKSLASH = 92;
const AMPERSAND = 38;
const LOWER = 32;

const normal = new NormalText();

/** Reads what begins at a place; returns where it ends. */
type Reader = (source: Uint8Array, at: number, end: number) => number;

/**
 * The same statement with other literals gets the same text: literals and `$n` become `?`, lists of them one `?`, white space and
 * comments one space, words lower-case. A scanner over bytes, for the log has one statement a line: PostgreSQL's parser needs about
 * 35 µs for each. The texts are for grouping and showing, and need not parse.
 *
 * Returns 53 bits of a hash, a key for maps; `normalText()` is the text, until the next call.
 */
export function fingerprint(source: Uint8Array, from: number, end: number): number {
  normal.clear();
  let at = from;
  while (at < end && !normal.isFull()) {
    const byte = source[at] ?? 0;
    const next = source[at + 1];
    // Most of it are words, and a direct call is what makes them quick.
    const isWord = STARTS_WORD[byte] === 1 && next !== QUOTE && next !== AMPERSAND;
    at = isWord ? normal.word(source, at, end) : (READERS[byte] ?? readOther)(source, at, end);
  }
  return normal.key();
}

export const normalText = (): string => normal.text();

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;
const isLetter = (byte: number): boolean =>
  ((byte | LOWER) >= 97 && (byte | LOWER) <= 122) || byte === 95 || byte >= 128;

const readOther: Reader = (source, at) => {
  normal.put(source[at] ?? 0);
  return at + 1;
};

const readBlank: Reader = (_, at) => {
  normal.space();
  return at + 1;
};

const readWord: Reader = (source, at, end) => normal.word(source, at, end);

/** E'…', B'…', X'…' and N'…' are strings, and anything else is a word. */
const readPrefixed: Reader = (source, at, end) => {
  if (source[at + 1] !== QUOTE || at + 1 >= end) return normal.word(source, at, end);
  return endOfString(source, at + 2, end, ((source[at] ?? 0) | LOWER) === 101);
};

/** U&'…' is a string, U&"…" a name. */
const readUnicode: Reader = (source, at, end) =>
  source[at + 1] === AMPERSAND && source[at + 2] === QUOTE && at + 2 < end
    ? endOfString(source, at + 3, end, false)
    : normal.word(source, at, end);

const readString: Reader = (source, at, end) => endOfString(source, at + 1, end, false);

function endOfString(source: Uint8Array, from: number, end: number, hasEscapes: boolean): number {
  let at = from;
  for (; at < end; at += 1) {
    const byte = source[at];
    if (byte === BACKSLASH && hasEscapes) at += 1;
    if (byte !== QUOTE) continue;
    // Two quotes are one within the text.
    if (source[at + 1] !== QUOTE || at + 1 >= end) break;
    at += 1;
  }
  normal.placeholder();
  return at + 1;
}

const readNumber: Reader = (source, from, end) => {
  let at = from;
  while (at < end) {
    const byte = source[at] ?? 0;
    const isExponentSign = (byte === PLUS || byte === MINUS) && ((source[at - 1] ?? 0) | LOWER) === 101;
    if (!isDigit(byte) && byte !== POINT && !isExponentSign && !isLetter(byte)) break;
    at += 1;
  }
  normal.placeholder();
  return at;
};

const readPoint: Reader = (source, at, end) =>
  at + 1 < end && isDigit(source[at + 1]) ? readNumber(source, at, end) : readOther(source, at, end);

/** A comment to the end of the line, the sign of a number, or an operator. */
const readMinus: Reader = (source, at, end) => {
  if (source[at + 1] === MINUS) return endOfLine(source, at, end);
  return isDigit(source[at + 1]) && normal.isBeforeSign() ? at + 1 : readOther(source, at, end);
};

function endOfLine(source: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && source[at] !== 10) at += 1;
  normal.space();
  return at;
}

/** A comment, which may hold others. */
const readSlash: Reader = (source, from, end) => {
  if (source[from + 1] !== STAR) return readOther(source, from, end);
  let at = from + 2;
  let open = 1;
  while (at < end && open > 0) {
    const isOpening = source[at] === SLASH && source[at + 1] === STAR;
    const isClosing = source[at] === STAR && source[at + 1] === SLASH;
    open += Number(isOpening) - Number(isClosing);
    at += isOpening || isClosing ? 2 : 1;
  }
  normal.space();
  return Math.min(at, end);
};

/** A quoted name stays as it is. */
const readQuoted: Reader = (source, from, end) => {
  normal.put(DOUBLE_QUOTE);
  let at = from + 1;
  while (at < end && !normal.isFull()) {
    const byte = source[at] ?? 0;
    normal.put(byte);
    at += 1;
    if (byte === DOUBLE_QUOTE) {
      if (source[at] !== DOUBLE_QUOTE) break;
      normal.put(DOUBLE_QUOTE);
      at += 1;
    }
  }
  return at;
};

/** `$1`, or a text between `$tag$` and `$tag$`. */
const readDollar: Reader = (source, from, end) => {
  let at = from + 1;
  if (isDigit(source[at])) return readNumber(source, at, end);
  while (at < end && (isLetter(source[at] ?? 0) || isDigit(source[at]))) at += 1;
  if (at >= end || source[at] !== DOLLAR) return readOther(source, from, end);
  const tag = Buffer.from(source.subarray(from, at + 1));
  const close = Buffer.from(source.buffer, source.byteOffset + at + 1, end - at - 1).indexOf(tag);
  normal.placeholder();
  return close < 0 ? end : at + 1 + close + tag.length;
};

const readComma: Reader = (_, at) => {
  normal.comma();
  return at + 1;
};
const readOpening: Reader = (source, at) => {
  normal.open(source[at] ?? 0);
  return at + 1;
};
const readClosing: Reader = (source, at) => {
  normal.close(source[at] ?? 0);
  return at + 1;
};

const STARTS_WORD = Uint8Array.from({ length: 256 }, (_, byte) => Number(isLetter(byte)));

const SPECIAL: Readonly<Record<string, Reader>> = {
  "'": readString,
  '"': readQuoted,
  $: readDollar,
  "-": readMinus,
  "/": readSlash,
  ".": readPoint,
  ",": readComma,
  "(": readOpening,
  "[": readOpening,
  ")": readClosing,
  "]": readClosing,
};

const READERS: readonly Reader[] = Array.from({ length: 256 }, (_, byte) => {
  const letter = String.fromCharCode(byte);
  if (byte <= 32) return readBlank;
  if (isDigit(byte)) return readNumber;
  if ("EBXNebxn".includes(letter)) return readPrefixed;
  if ("Uu".includes(letter)) return readUnicode;
  return isLetter(byte) ? readWord : (SPECIAL[letter] ?? readOther);
});
