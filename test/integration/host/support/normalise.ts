/**
 * Makes a recording and our host's answer comparable: what differs from run to run (ids, times, ports, stacks) is
 * replaced by a word, everything else stays.
 */

const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b/g;
/** Times of the recording and of the driven clock; other dates in the data are left alone. */
const TIME = /2026-1[12]-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g;
const STACK = /(?:\\*n|\n)?(?:\\*r)? {3,}at [^\n"\\]*/g;
const KNOWN_FUNCTIONS = /(known orchestrator functions: ).*$/;

/** The recorder cut long texts. */
const MAX_TEXT = 200;
const NEWTONSOFT_TEXT = /"ExceptionMessage":"(?:[^"\\]|\\.)*",("ExceptionType":"Newtonsoft)/;

const cut = (text: string): string =>
  text.length > 10_000 ? `${text.slice(0, MAX_TEXT)}…(${text.length} characters in all)` : text;

const normaliseText = (text: string): string =>
  cut(text)
    .replace(NEWTONSOFT_TEXT, "$1")
    .replace(STACK, "")
    .replace(GUID, "<id>")
    .replace(TIME, "<time>")
    .replace(KNOWN_FUNCTIONS, "$1<names>")
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, "<origin>");

/** Fields of error bodies that only .NET can have. */
function withoutDotNet(entries: [string, unknown][]): [string, unknown][] {
  const isJsonError = entries.some(([, value]) => typeof value === "string" && value.startsWith("Newtonsoft."));
  return entries.filter(([key]) => key !== "StackTrace" && !(isJsonError && key === "ExceptionMessage"));
}

/** A deep copy with the run-dependent parts replaced and keys in order. */
export function normalise(value: unknown): unknown {
  if (typeof value === "string") return normaliseText(value);
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== "object" || value === null) return value;
  const entries = withoutDotNet(Object.entries(value)).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => a.localeCompare(b)).map(([key, item]) => [key, normalise(item)]),
  );
}
