import type { InvocationContext } from "@azure/functions";
import type { Archive } from "../shared/adapters/archive.ts";
import type { ArchiveProgress, RefusedChain, WrittenEntry } from "../shared/contracts/archive.ts";
import {
  archivedUpTo,
  incidentsToArchive,
  lookFrom,
  minutesSince,
  NO_PROGRESS,
  ROOTS,
} from "../shared/core/audit-archive.ts";
import { dayBefore } from "../shared/core/audit-root.ts";
import { DAY_MS, HOUR_MS, msBetween } from "../shared/core/time.ts";
import { archiveIncident, type Stores } from "./archive-chain.ts";
import { anchorDay } from "./archive-root.ts";
import { services } from "./services.ts";

/** The alert rule "archive" of infra/modules/own-alerts.bicep pages when a line at the level of errors begins with this. */
export const ARCHIVE = "pgmedic.archive";
/** One pass of the sweep takes at most so long; the next one goes on where it ended. */
const PASS_MS = 30_000;
/** So many incidents are archived at once; after them progress is kept, so that a pass that is cut off has not been for nothing. */
const AT_ONCE = 8;
/** From then on people are told: the promise is two minutes. */
const LATE_MINUTES = 10;
/** A root that is not written so long after its day is told to people too. */
const LATE_ROOT_MS = HOUR_MS;
/** A refusal pages for a day. It may last for ever, as after a restore, and `pgmedic audit verify` goes on naming it. */
const PAGED_REFUSAL_MS = DAY_MS;

type Log = Pick<InvocationContext, "log" | "warn" | "error">;

let isExplained = false;

/**
 * Brings every audit entry that is not in the archive yet into it, and once a day anchors all chains by a root. What is left to do follows
 * from the documents and the archive alone; whatever is repeated or raced for is there once. An outage of the archive holds nothing up.
 */
export async function archiveAudit(context: Log): Promise<void> {
  const { archive, incidents, system, now } = services();
  if (archive === null) {
    if (!isExplained) context.warn(`${ARCHIVE}: nothing is archived, since ARCHIVE_ENDPOINT is not set`);
    isExplained = true;
    return;
  }
  const stores = { archive, incidents, signal: AbortSignal.timeout(PASS_MS) };
  const kept = (await system.archiveProgress()) ?? NO_PROGRESS;
  const known = await stillThere(archive, kept, context, stores.signal).catch(() => kept);
  const written = await incidents.auditWrittenSince(lookFrom(known));
  const pass = await archiveAll(stores, { progress: known, written });
  if (pass.archived > 0) context.log(`${ARCHIVE}: ${pass.archived} entries archived`);
  for (const { incidentId, since, because } of pass.progress.refused)
    told(context, msBetween(since, now().toISOString()) < PAGED_REFUSAL_MS, `${incidentId}: ${because}`);
  if (pass.failure !== null) return reportLag(context, { ...pass, written });

  const day = dayBefore(now());
  if (pass.progress.rootDay === day) return;
  try {
    const rootBytes = await anchorDay(archive, day, now());
    await system.keepArchiveProgress({ ...pass.progress, rootDay: day, rootBytes });
    context.log(`${ARCHIVE}: the root of ${day} is written`);
  } catch (failure) {
    const isLate = now().getTime() % DAY_MS > LATE_ROOT_MS;
    told(context, isLate, `the root of ${day} could not be written: ${messageOf(failure)}`);
  }
}

const messageOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));

/** An error pages people, by the alert rule. */
function told(context: Log, isError: boolean, text: string): void {
  if (isError) context.error(`${ARCHIVE}: ${text}`);
  else context.warn(`${ARCHIVE}: ${text}`);
}

/** The progress, or none when the archive has been replaced by another one: then everything goes into it again. */
async function stillThere(
  archive: Archive,
  progress: ArchiveProgress,
  context: Log,
  signal: AbortSignal,
): Promise<ArchiveProgress> {
  const bytes = (await archive.bytesOf(ROOTS, signal)) ?? 0;
  if (bytes >= progress.rootBytes) return progress;
  context.error(
    `${ARCHIVE}: this archive is not the one from before (its roots are gone): all chains go into it again`,
  );
  return NO_PROGRESS;
}

type Pass = { archived: number; left: ReadonlySet<string>; progress: ArchiveProgress; failure: unknown };

/** Archives incident by incident, the longest waiting first, and keeps how far it got; `failure` is what it ended at, or null. */
async function archiveAll(
  stores: Stores,
  { progress, written }: { progress: ArchiveProgress; written: readonly WrittenEntry[] },
): Promise<Pass> {
  const { system, now } = services();
  const waiting = incidentsToArchive(written, progress);
  const left = new Set(waiting.map(({ incidentId }) => incidentId));
  const refused = new Map(progress.refused.map((chain) => [chain.incidentId, chain]));
  let archived = 0;
  let failure: unknown = null;
  let last = progress;
  const { upTo } = progress;
  const begun = now();
  const keep = async (): Promise<void> => {
    const next = {
      ...progress,
      upTo: archivedUpTo(written, left, { upTo, now: begun }),
      refused: [...refused.values()],
    };
    if (JSON.stringify(next) !== JSON.stringify(last)) await system.keepArchiveProgress(next);
    last = next;
  };
  const archiveOne = async ({ incidentId, newest }: (typeof waiting)[number]): Promise<boolean> => {
    try {
      stores.signal.throwIfAborted();
      const done = await archiveIncident(stores, { incidentId, newest });
      archived += done.archived;
      noteRefusal(refused, incidentId, { because: done.refused, at: begun.toISOString() });
      return left.delete(incidentId);
    } catch (error) {
      failure = error;
      return false;
    }
  };
  // One incident that fails does not hold up the others; when none of several can be archived, the storage is away.
  for (let at = 0, isAnswering = true; at < waiting.length && isAnswering; at += AT_ONCE) {
    const some = waiting.slice(at, at + AT_ONCE);
    isAnswering = (await Promise.all(some.map(archiveOne))).includes(true);
    await keep();
  }
  return { archived, left, progress: last, failure };
}

function noteRefusal(
  refused: Map<string, RefusedChain>,
  incidentId: string,
  { because, at }: { because: string | null; at: string },
): void {
  if (because === null) refused.delete(incidentId);
  else refused.set(incidentId, { incidentId, since: refused.get(incidentId)?.since ?? at, because });
}

type Lagging = Pass & { written: readonly WrittenEntry[] };

function reportLag(context: Log, { failure, left, progress, written }: Lagging): void {
  const because = messageOf(failure);
  const waiting = written.filter(({ incidentId, writtenAt }) => left.has(incidentId) && writtenAt > progress.upTo);
  if (waiting.length === 0) return told(context, false, `the archive does not answer: ${because}`);
  const since = Math.min(...waiting.map(({ writtenAt }) => writtenAt));
  const isLate = minutesSince(since, services().now()) >= LATE_MINUTES;
  told(context, isLate, `${waiting.length} entries wait since ${new Date(since * 1_000).toISOString()}: ${because}`);
}
