// Figures as the demo prints them.

const grouped = (value: number, digits: number): string =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const percent = (value: number): string => `${grouped(value, value < 10 ? 1 : 0)} %`;
export const ms = (value: number): string => `${grouped(value, value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
export const seconds = (valueMs: number): string => `${(valueMs / 1000).toFixed(1)} s`;
export const count = (value: number): string => grouped(value, value < 10 && !Number.isInteger(value) ? 1 : 0);
export const megabytes = (bytes: number): string => `${grouped(bytes / 2 ** 20, 1)} MB`;

const WIDTH = 110;

/** Breaks a line at spaces so that it fits a terminal; the further lines keep its indentation. */
export function wrapped(line: string): string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = indent;
  for (const word of line.trim().split(" ")) {
    const isFull = current.length + word.length > WIDTH && current.trim() !== "";
    if (isFull) lines.push(current.trimEnd());
    current = `${isFull ? indent : current}${word} `;
  }
  return [...lines, current.trimEnd()];
}
