// The texts that a query compares with, and whether PgMedic tells anything under them.

/** Everything that PgMedic tells under a name. */
export type Vocabulary = {
  /** Names of spans and metrics, and the values that they carry. */
  names: ReadonlySet<string>;
  /** Lines of the log. */
  lines: ReadonlySet<string>;
  /** Keys of `Properties`, by the metric or the spans that carry them. */
  keys: ReadonlySet<string>;
  /** The dimension of each metric. */
  dimensions: ReadonlyMap<string, string | undefined>;
};

const PROPERTY = /Properties\['([^']+)'\]/g;
const TEXT = /(?:(\w+)\s+startswith)?\s*'([^']*)'/g;

/** The texts of a query that PgMedic tells nothing under; empty when each is known. */
export function unknownNames(query: string, { names, lines, keys, dimensions }: Vocabulary): string[] {
  const texts = [...query.replaceAll(PROPERTY, "").matchAll(TEXT)].filter(([, , text = ""]) => text.trim() !== "");
  const unknown = texts.flatMap(([, column, text = ""]) => {
    const told = column === "Message" ? lines : names;
    const isKnown = column === undefined ? told.has(text) : [...told].some((name) => name.startsWith(text));
    return isKnown ? [] : [text];
  });
  const metrics = texts.flatMap(([, , text = ""]) => (dimensions.has(text) ? [text] : []));
  const carried = metrics.length === 0 ? keys : new Set(metrics.map((metric) => dimensions.get(metric)));
  const unknownKeys = [...query.matchAll(PROPERTY)].flatMap(([, key = ""]) => (carried.has(key) ? [] : [`key ${key}`]));
  return [...unknown, ...unknownKeys];
}
