import type { LogSource } from "../contracts/log-triage.ts";
import { isEmpty } from "./bytes.ts";
import { createClock } from "./clock.ts";
import { emptyEntry, clearEntry } from "./entry.ts";
import { LABEL, inferPrefixes } from "./infer-prefix.ts";
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
  const lines = linesOf(sample)
    .filter((line) => LABEL.test(line) && !line.startsWith("\t"))
    .map((line) => Buffer.from(line, "latin1"));
  if (lines.length === 0) return null;
  const inferred = lines.slice(0, 50).flatMap((line) => inferPrefixes(line.toString("latin1")));
  const best = [...KNOWN, ...new Set(inferred)]
    .map((prefix) => ({ prefix, ...trial(prefix, lines) }))
    // Of prefixes that fit as well, the one that tells more, and of those the simplest.
    .toSorted((a, b) => b.fitting - a.fitting || b.told - a.told || a.prefix.length - b.prefix.length)[0];
  return best !== undefined && best.fitting >= ENOUGH * lines.length ? best.prefix : null;
}

/** How many lines a prefix fits, and how much it tells of them. */
function trial(prefix: string, lines: readonly Buffer[]): { fitting: number; told: number } {
  const compiled = compilePrefix(prefix, createClock(), "strictly");
  if (!compiled.ok) return { fitting: 0, told: 0 };
  const entry = emptyEntry();
  let fitting = 0;
  let told = 0;
  for (const line of lines) {
    clearEntry(entry, line);
    if (compiled.readHead(line, 0, line.length, entry) < 0) continue;
    const { timeMs, pid, user, database, application, host, sqlState } = entry;
    const texts = [user, database, application, host, sqlState].filter((range) => !isEmpty(range)).length;
    fitting += 1;
    told += texts + Number(!Number.isNaN(timeMs)) + Number(pid > 0);
  }
  return { fitting, told };
}
