export const LABEL =
  /(?:LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG[1-5]?|DETAIL|HINT|CONTEXT|STATEMENT|QUERY): {1,2}/;

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? (?:[A-Z]{1,5}|[+-]\d\d(?::?\d\d)?)/;
/** What a part of a head looks like, and the escape that writes it; the first that fits is taken. `n` is how often it was seen before. */
const PARTS: readonly { looks: RegExp; escape: (match: RegExpExecArray, before: string) => string | null }[] = [
  { looks: TIME, escape: (match, before) => (/%[mt]/.test(before) ? "%s" : match[1] === undefined ? "%t" : "%m") },
  { looks: /^\d{10}\.\d{3}(?!\d)/, escape: () => "%n" },
  { looks: /^[0-9a-f]{8,}\.[0-9a-f]+/, escape: () => "%c" },
  { looks: /^\d+\/\d+/, escape: () => "%v" },
  { looks: /^\d{1,3}(?:\.\d{1,3}){3}\(\d+\)|^\[local\]/, escape: (match) => (match[0].includes("(") ? "%r" : "%h") },
  { looks: /^\d{1,3}(?:\.\d{1,3}){3}/, escape: () => "%h" },
  { looks: /^[0-9A-Z]{5}(?![\w])/, escape: (_, before) => (/%p/.test(before) ? "%e" : null) },
  {
    looks:
      /^(client backend|autovacuum \w+|checkpointer|background writer|walwriter|walsender|startup|parallel worker|logical replication \w+)/,
    escape: () => "%b",
  },
  { looks: /^-?\d+/, escape: (_, before) => numberEscape(before) },
  { looks: /^[^\s,@=\][|;:]+(?=@)/, escape: () => "%u" },
];

function numberEscape(before: string): string {
  if (!/%p/.test(before)) return "%p";
  if (!/%l/.test(before)) return "%l";
  return /%x/.test(before) ? "%Q" : "%x";
}

const NAMED: readonly (readonly [RegExp, string])[] = [
  [/user(?:name)?[=:-]$/i, "%u"],
  [/(?:db|database|dbname)[=:-]$/i, "%d"],
  [/(?:app|application|application_name)[=:-]$/i, "%a"],
  [/(?:client|host|remote)[=:-]$/i, "%h"],
  [/@$/, "%d"],
];

/** No prefix is longer. */
const MAX_HEAD = 500;

/** The prefixes that may have written a line: as it looks, and with the session's part only there for sessions. */
export function inferPrefixes(line: string): string[] {
  const plain = inferPrefix(line);
  const session = /^(.*?%[mtnpc][^%]*? )([^%]*%[udahr].*)$/.exec(plain);
  const afterPid = /^(.*?%p[^%]*? )([^%]*%[udahr].*)$/.exec(plain);
  return [plain, ...[session, afterPid].flatMap((split) => (split === null ? [] : [`${split[1]}%q${split[2]}`]))];
}

/** A prefix that would have written the head of this line: each part by what it looks like, or by the name before it. */
function inferPrefix(line: string): string {
  const head = line.slice(0, Math.min(MAX_HEAD, LABEL.exec(line)?.index ?? 0));
  let prefix = "";
  let at = 0;
  while (at < head.length) {
    const rest = head.slice(at);
    const { escape, length } = namedPart(rest, prefix) ?? partOf(rest, prefix) ?? NO_PART;
    // What follows a part that is empty, or is none, is written as it stands.
    prefix += length > 0 ? escape : `${escape}${rest.slice(0, 1).replace("%", "%%")}`;
    at += Math.max(1, length);
  }
  return prefix;
}

type Part = { escape: string; length: number };
const NO_PART: Part = { escape: "", length: 0 };

/** The value behind a name such as `user=`; it may be empty. */
function namedPart(rest: string, before: string): Part | null {
  const escape = NAMED.find(([name]) => name.test(before))?.[1];
  return escape === undefined ? null : { escape, length: /^(?:\[unknown\]|[^\s,\])|;]*)/.exec(rest)?.[0].length ?? 0 };
}

function partOf(rest: string, before: string): Part | null {
  for (const { looks, escape } of PARTS) {
    const match = looks.exec(rest);
    const found = match === null ? null : escape(match, before);
    if (match !== null && found !== null) return { escape: found, length: match[0].length };
  }
  return null;
}
