import type { TargetStatement } from "../contracts/proposal.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A text of a watched server as it may be stored: its beginning, with the word that it was cut. A statement may be megabytes long. */
export function cutText(text: string, mostBytes: number): string {
  // No character takes more than three bytes of UTF-8 for each unit of UTF-16.
  if (text.length * 3 <= mostBytes) return text;
  const bytes = encoder.encode(text);
  if (bytes.length <= mostBytes) return text;
  // A character that was cut in two is left out.
  const kept = decoder.decode(bytes.subarray(0, mostBytes)).replace(/\uFFFD$/, "");
  return `${kept}\n… (cut here: it has ${bytes.length.toLocaleString("en")} bytes in all)`;
}

/** Whether a text is what `cutText` left of a longer one: such a statement cannot be parsed any more. */
export const isCut = (text: string): boolean => /\n… \(cut here: it has [\d,]+ bytes in all\)$/.test(text);

/** Of the costliest statements so much is kept, of the others so little: together they must fit into the incident's document. */
const BYTES = { much: 20_000, little: 1_000, costliest: 5 } as const;

/** A statement that an action is meant to help, as remedy and proposal keep it; `place` is its place by cost. */
export function shortened(target: TargetStatement, place: number): TargetStatement {
  const most = place < BYTES.costliest ? BYTES.much : BYTES.little;
  const { query, before, after } = target;
  return {
    ...target,
    query: cutText(query, most),
    before: { ...before, text: cutText(before.text, most) },
    after: { ...after, text: cutText(after.text, most) },
  };
}
