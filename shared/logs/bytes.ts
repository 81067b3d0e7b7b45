// Reading text out of a buffer without making strings of it: a log has millions of lines, and few are worth one.

/** The bytes of an ASCII text, for comparing. */
export const ascii = (text: string): Uint8Array => Buffer.from(text, "latin1");

/** Whether the text stands at this place. */
export function standsAt(bytes: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** Where the text stands first, or -1. */
export function findText(bytes: Uint8Array, from: number, end: number, text: Uint8Array): number {
  const first = text[0];
  for (let at = from; at <= end - text.length; at += 1) {
    if (bytes[at] === first && standsAt(bytes, at, end, text)) return at;
  }
  return -1;
}

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

/** The end of the digits, with a point among them, that begin here. */
export function endOfNumber(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (isDigit(bytes[at]) || bytes[at] === 46)) at += 1;
  return at;
}

/** The decimal number that begins here, 0 when none does. */
export function numberAt(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  let scale = 0;
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 46 && scale === 0) scale = 1;
    else if (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      scale *= 10;
    } else break;
  }
  return scale > 1 ? value / scale : value;
}

/** The number after a text, for example after `size `; null when the text is not there. */
export function numberAfter(bytes: Uint8Array, range: Range, text: Uint8Array): number | null {
  const at = findText(bytes, range.start, range.end, text);
  return at < 0 ? null : numberAt(bytes, at + text.length, range.end);
}

/** A part of a buffer; empty when it starts where it ends. */
export type Range = { start: number; end: number };
export const isEmpty = ({ start, end }: Range): boolean => end <= start;
export const setRange = (range: Range, start: number, end: number): void => {
  range.start = start;
  range.end = end;
};
/** A range as text; at most so many bytes of it. */
export const textOf = (bytes: Buffer, { start, end }: Range, most = 4_096): string =>
  bytes.toString("utf8", start, Math.min(end, start + most));
