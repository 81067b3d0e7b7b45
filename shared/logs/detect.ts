import type { LogSource } from "../contracts/log-triage.ts";
import { type Clock, createClock } from "./clock.ts";
import { emptyEntry, clearEntry } from "./entry.ts";
import { LABEL, inferPrefix } from "./infer-prefix.ts";
import { compilePrefix } from "./prefix.ts";

/** Detection looks at so much of a file. */
export const SAMPLE_BYTES = 256 * 1024;
const MOST_LINES = 400;
/** A prefix is taken for the right one when it fits this share of the lines that have a label. */
const ENOUGH = 0.6;

/** The format of a log by its first lines. */
export function detectFormat(sample: Buffer): LogSource["format"] {
  const lines = linesOf(sample);
  const first = lines.find((line) => line.trim() !== "") ?? "";
  if (/^\s*[[{]/.test(first)) return detectJson(sample.toString("utf8"));
  const isCsv = (line: string): boolean =>
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [^,]+,/.test(line) && (line.match(/,/g)?.length ?? 0) >= 15;
  if (lines.slice(0, 20).some(isCsv)) return "csvlog";
  return lines.some((line) => LABEL.test(line)) ? "stderr" : "unknown";
}

const detectJson = (text: string): LogSource["format"] => {
  if (/"error_severity"\s*:/.test(text)) return "jsonlog";
  return /"(properties|errorLevel|ErrorLevel|errorLevel_s|PostgreSQLLogs|records)"/.test(text) ? "azure" : "unknown";
};

const linesOf = (sample: Buffer): string[] =>
  sample
    .toString("latin1")
    .split("\n")
    .slice(0, MOST_LINES)
    .map((line) => line.replace(/\r$/, ""));

/** Prefixes that many servers have: PostgreSQL's default, Debian's, those of pgBadger's manual and of the cloud providers. */
const KNOWN: readonly string[] = [
  "%m [%p] ",
  "%m [%p] %q%u@%d ",
  "%t [%p] ",
  "%t [%p]: ",
  "%t [%p]: [%l-1] ",
  "%t [%p-%l] %q%u@%d ",
  "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
  "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
  "%t [%p]: [%l-1] user=%u,db=%d ",
  "%m [%p] [user=%u,db=%d,app=%a] ",
  "%m [%p] %q[user=%u,db=%d,app=%a] ",
  "%t:%r:%u@%d:[%p]:",
  "%t-%c-",
  "%m-%c-",
  "%t %p %l-1 db-%d,user-%u,app-%a,client-%h ",
  "%m %u@%d [%p] ",
  "%m [%p] %u@%d %a ",
  "%m [%p] %e ",
  "%t ",
  "%m ",
  "[%p] ",
  "",
];

/** The prefix by which most lines of a sample can be read, made up from the lines when none of the known ones fits; null when nothing does. */
export function detectPrefix(sample: Buffer): string | null {
  const lines = linesOf(sample).filter((line) => LABEL.test(line) && !line.startsWith("\t"));
  if (lines.length === 0) return null;
  const candidates = [...KNOWN, ...new Set(lines.slice(0, 50).map(inferPrefix))];
  const best = candidates
    .map((prefix) => ({ prefix, score: scoreOf(prefix, lines) }))
    // Of prefixes that fit as well, the one that tells more.
    .toSorted((a, b) => b.score - a.score || escapesIn(b.prefix) - escapesIn(a.prefix))[0];
  return best !== undefined && best.score >= ENOUGH ? best.prefix : null;
}

const escapesIn = (prefix: string): number => prefix.match(/%[a-zA-Z]/g)?.length ?? 0;

function scoreOf(prefix: string, lines: readonly string[]): number {
  const clock: Clock = createClock();
  const compiled = compilePrefix(prefix, clock);
  if (!compiled.ok) return 0;
  const entry = emptyEntry();
  const fitting = lines.filter((line) => {
    const bytes = Buffer.from(line, "latin1");
    clearEntry(entry, bytes);
    return compiled.readHead(bytes, 0, bytes.length, entry) >= 0;
  });
  return fitting.length / lines.length;
}
