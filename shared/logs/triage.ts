import { createHash } from "node:crypto";
import { LogTriage, type LogFinding, type LogSource } from "../contracts/log-triage.ts";
import { type Clock, createClock } from "./clock.ts";
import { CsvReader } from "./csv-reader.ts";
import { detectFormat, detectPrefix, SAMPLE_BYTES } from "./detect.ts";
import type { Entry } from "./entry.ts";
import { impactOf } from "./impact.ts";
import { readAzureRecord, readJson, readServerRecord } from "./json-reader.ts";
import { compilePrefix, looseHead } from "./prefix.ts";
import { type LogReader, noTotals, type Reading } from "./reading.ts";
import { widen } from "./seen.ts";
import type { LogInput } from "./sources.ts";
import { StderrReader } from "./stderr-reader.ts";
import type { Draft, Topic } from "./topic.ts";
import { autovacuum } from "./topics/autovacuum.ts";
import { checkpoints } from "./topics/checkpoints.ts";
import { connections } from "./topics/connections.ts";
import { deadlocks } from "./topics/deadlocks.ts";
import { events } from "./topics/events.ts";
import { lockWaits } from "./topics/lock-waits.ts";
import { statements } from "./topics/statements.ts";
import { temporaryFiles } from "./topics/temporary-files.ts";

export type TriageOptions = {
  /** log_line_prefix of plain logs; without it, it is found from the first lines. */
  prefix?: string;
  /** How many findings to keep, the worst first. */
  most: number;
  /** Called now and then with the bytes read so far, compressed files by what they hold. */
  onProgress?: (bytes: number) => void;
};

/**
 * Reads logs of PostgreSQL and tells what they come to, the worst first. Streams: memory does not grow with the logs, whatever is in
 * them. Reads English logs (lc_messages); lines that it cannot read are counted. Rejects on a prefix that PostgreSQL would not take.
 */
export async function triageLogs(inputs: readonly LogInput[], options: TriageOptions): Promise<LogTriage> {
  const topics: Topic[] = [
    statements(),
    connections(),
    lockWaits(),
    checkpoints(),
    temporaryFiles(),
    autovacuum(),
    deadlocks(),
    events(),
  ];
  const clock = createClock();
  const given = compilePrefix(options.prefix ?? "", clock);
  if (!given.ok) throw new RangeError(given.because);
  let others = 0;
  const totals = noTotals();
  const see = (entry: Entry): void => {
    totals.messages += 1;
    widen(totals, entry.timeMs);
    if (!topics.some((topic) => topic.take(entry))) others += 1;
  };
  const sources: LogSource[] = [];
  for (const input of inputs) sources.push(await readInput(input, { clock, reading: { totals, see }, options }));
  const { all, more } = ranked(topics, (totals.lastMs - totals.firstMs) / 1_000, options.most);
  return LogTriage.parse({
    sources,
    from: instant(totals.firstMs),
    to: instant(totals.lastMs),
    bytes: totals.bytes,
    lines: totals.lines,
    messages: totals.messages,
    otherMessages: others,
    malformedLines: totals.malformedLines,
    detachedLines: totals.detachedLines,
    truncatedMessages: totals.truncatedMessages,
    unknownZones: [...clock.unknownZones].toSorted(),
    findings: all,
    moreFindings: more,
    droppedGroups: topics.reduce((sum, { dropped }) => sum + (dropped?.() ?? 0), 0),
  } satisfies LogTriage);
}

type Work = { clock: Clock; reading: Reading; options: TriageOptions };

async function readInput({ name, chunks }: LogInput, work: Work): Promise<LogSource> {
  const { totals } = work.reading;
  const before = totals.bytes;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let opened: Opened | null = null;
  let problem: string | null = null;
  const openNow = (): Opened => {
    const sample = Buffer.concat(waiting);
    const made = openReader(sample, work);
    made.reader.feed(sample);
    waiting = [];
    return made;
  };
  try {
    for await (const chunk of chunks) {
      totals.bytes += chunk.length;
      if (opened !== null) opened.reader.feed(chunk);
      else {
        waiting.push(Buffer.from(chunk));
        waitingBytes += chunk.length;
        if (waitingBytes >= SAMPLE_BYTES) opened = openNow();
      }
      work.options.onProgress?.(totals.bytes);
    }
  } catch (error) {
    // A rotated file that is still being compressed ends early: what could be read counts.
    problem = error instanceof Error ? error.message : String(error);
  }
  opened ??= openNow();
  opened.reader.end();
  return { name, format: opened.format, prefix: opened.prefix, bytes: totals.bytes - before, problem };
}

type Opened = { reader: LogReader; format: LogSource["format"]; prefix: string | null };

function openReader(sample: Buffer, { clock, reading, options }: Work): Opened {
  const format = options.prefix === undefined ? detectFormat(sample) : "stderr";
  if (format === "csvlog") return { reader: new CsvReader(clock, reading), format, prefix: null };
  if (format === "jsonlog") return { reader: readJson(readServerRecord, clock, reading), format, prefix: null };
  if (format === "azure") return { reader: readJson(readAzureRecord, clock, reading), format, prefix: null };
  const prefix = options.prefix ?? detectPrefix(sample);
  if (prefix === null) return { reader: new StderrReader(looseHead(clock), reading), format, prefix };
  const compiled = compilePrefix(prefix, clock);
  const readHead = compiled.ok ? compiled.readHead : looseHead(clock);
  return { reader: new StderrReader(readHead, reading), format, prefix };
}

function ranked(topics: readonly Topic[], seconds: number, most: number): { all: LogFinding[]; more: number } {
  const span = { seconds: Number.isFinite(seconds) ? seconds : 0 };
  const drafts = topics.flatMap((topic) => topic.findings(span));
  const findings = drafts
    .map((draft) => ({ finding: findingOf(draft), lostSeconds: draft.lostSeconds }))
    .toSorted(
      (a, b) =>
        b.finding.impact - a.finding.impact ||
        b.lostSeconds - a.lostSeconds ||
        a.finding.id.localeCompare(b.finding.id),
    )
    .map(({ finding }) => finding);
  return { all: findings.slice(0, most), more: Math.max(0, findings.length - most) };
}

const findingOf = (draft: Draft): LogFinding => ({
  id: idOf(draft),
  kind: draft.kind,
  title: draft.title,
  severity: draft.severity,
  impact: impactOf(draft.severity, draft.lostSeconds),
  count: draft.seen.count,
  firstSeen: instant(draft.seen.firstMs),
  lastSeen: instant(draft.seen.lastMs),
  sample: draft.sample,
  facts: draft.facts,
  next_actions: draft.nextActions,
});

const instant = (timeMs: number): string | null => (Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString());

/** The kind and a digest of the group: the same in every log. */
const idOf = ({ kind, group }: Draft): string => {
  const bytes = Buffer.from(group);
  return group === "" ? kind : `${kind}/${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`;
};
