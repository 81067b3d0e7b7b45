/** What a LIKE pattern or a regular expression asks for. */
export type Pattern = {
  /** Whether it fixes how the text begins. */
  isPrefix: boolean;
  /** Its longest run of letters and digits that must occur. */
  longestRun: number;
};

/** A LIKE pattern; backslash escapes (PostgreSQL documentation, 9.7.1). */
export function likePattern(pattern: string): Pattern {
  const plain = pattern.replaceAll(/\\(.)/g, "$1");
  return { isPrefix: pattern !== "" && !/^[%_]/.test(pattern), longestRun: longestRun(plain.split(/[%_]/)) };
}

/** A regular expression, read with caution: only runs outside of classes, groups with alternatives and repetitions count. */
export function regularExpression(pattern: string): Pattern {
  if (/[|]/.test(pattern)) return { isPrefix: false, longestRun: 0 };
  const certain = pattern.replaceAll(/\[[^\]]*\]|\\.|.[*?{][^}]*\}?/g, " ").split(/[\s.^$()+]/);
  return { isPrefix: /^\^\w/.test(pattern), longestRun: longestRun(certain) };
}

const longestRun = (parts: readonly string[]): number =>
  Math.max(0, ...parts.flatMap((part) => part.split(/[^\p{L}\p{N}]+/u)).map(({ length }) => length));

/** pg_trgm looks for three characters in a row: a shorter pattern would read the whole index (documentation, F.35). */
export const TRIGRAM_CHARACTERS = 3;
