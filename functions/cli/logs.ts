import type { LogTriage } from "../../shared/contracts/log-triage.ts";
import { openLog } from "../../shared/logs/sources.ts";
import { triageLogs } from "../../shared/logs/triage.ts";

/** `pgmedic logs FILE… [--prefix '%m [%p] '] [--top 20] [--json]`; `-` is standard input. */
export type LogArguments = { files: readonly string[]; prefix?: string; top: number; json: boolean };

const REPORT_EVERY_MS = 250;

/**
 * `pgmedic logs`: what PostgreSQL's logs come to, the worst first. Exit code 0 when nothing is critical, 1 when something is, 2 when a file
 * cannot be read or holds no log.
 */
export async function logs(given: LogArguments): Promise<{ text: string; exitCode: number }> {
  const inputs = [];
  for (const file of given.files) inputs.push(await openLog(file));
  const total = inputs.reduce<number | null>((sum, { size }) => (sum === null || size === null ? null : sum + size), 0);
  const progress = progressOn(process.stderr, total);
  const triage = await triageLogs(inputs, {
    most: given.top,
    onProgress: progress.report,
    ...(given.prefix === undefined ? {} : { prefix: given.prefix }),
  });
  progress.clear();
  const isUnread = triage.messages === 0 || triage.sources.some(({ problem }) => problem !== null);
  const isCritical = triage.findings.some(({ severity }) => severity === "critical");
  return {
    text: given.json ? JSON.stringify(triage, null, 2) : reportOf(triage),
    exitCode: isUnread ? 2 : Number(isCritical),
  };
}

/** One line on a terminal that is written over; nothing elsewhere. */
function progressOn(
  stream: NodeJS.WriteStream,
  total: number | null,
): { report: (bytes: number) => void; clear: () => void } {
  if (!stream.isTTY) return { report: () => {}, clear: () => {} };
  const startedAt = performance.now();
  let shownAt = startedAt;
  return {
    report: (bytes) => {
      const now = performance.now();
      if (now - shownAt < REPORT_EVERY_MS) return;
      shownAt = now;
      const share =
        total === null || bytes > total ? "" : ` of ${megabytes(total)}, ${Math.floor((bytes / total) * 100)} %`;
      stream.write(`\r\u{1b}[K${megabytes(bytes)}${share}, ${Math.round(bytes / 1e3 / (now - startedAt))} MB/s`);
    },
    clear: () => stream.write("\r\u{1b}[K"),
  };
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;

function reportOf(triage: LogTriage): string {
  const { findings, moreFindings, from, to, messages, malformedLines, detachedLines, sources } = triage;
  const span = from === null || to === null ? "no times" : `${from} to ${to}`;
  const lines = [
    `${messages.toLocaleString("en")} messages in ${megabytes(triage.bytes)}, ${span}`,
    ...sources.map(
      ({ name, format, prefix, problem }) =>
        `  ${name}: ${format}${prefix === null ? "" : ` with log_line_prefix '${prefix}'`}${problem === null ? "" : `; not read to its end: ${problem}`}`,
    ),
  ];
  if (malformedLines + detachedLines > 0)
    lines.push(
      `  ${(malformedLines + detachedLines).toLocaleString("en")} lines could not be read (only English logs can; --prefix tells the log_line_prefix)`,
    );
  if (triage.droppedGroups > 0)
    lines.push(
      `  ${triage.droppedGroups.toLocaleString("en")} of the lightest groups were given up: there were too many`,
    );
  if (triage.unknownZones.length > 0) lines.push(`  times in ${triage.unknownZones.join(", ")} were taken for UTC`);
  if (findings.length === 0) lines.push("", "Nothing stands out.");
  for (const { severity, impact, title, sample, firstSeen, lastSeen, next_actions } of findings) {
    lines.push("", `${severity} ${impact.toFixed(1)}  ${title}`);
    if (firstSeen !== null && lastSeen !== null)
      lines.push(`    ${firstSeen}${lastSeen === firstSeen ? "" : ` to ${lastSeen}`}`);
    if (sample !== null) lines.push(`    ${sample.slice(0, 300).replaceAll("\n", "\n    ")}`);
    lines.push(...next_actions.map(({ actionId, label }) => `    → ${label} (${actionId})`));
  }
  if (moreFindings > 0) lines.push("", `${moreFindings} more: --top ${findings.length + moreFindings} shows them.`);
  return lines.join("\n");
}
