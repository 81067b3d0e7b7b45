import type { LogSeverity } from "../contracts/log-triage.ts";

/**
 * The impact of a finding, 0 to 100. Its severity gives the band, so that nothing merely slow comes before what was down:
 * critical 70–100, warning 30–70, notice 0–30. Within the band the place is log10(1 + lost seconds) / 6: a second is at 5 %, a minute at
 * 30 %, an hour at 59 %, eleven days and more at 100 %. It never falls when more seconds are lost.
 */
export function impactOf(severity: LogSeverity, lostSeconds: number): number {
  const { from, to } = BANDS[severity];
  const place = Math.min(1, Math.log10(1 + Math.max(0, lostSeconds)) / 6);
  return Math.round((from + (to - from) * place) * 10) / 10;
}

const BANDS: Record<LogSeverity, { from: number; to: number }> = {
  critical: { from: 70, to: 100 },
  warning: { from: 30, to: 70 },
  notice: { from: 0, to: 30 },
};

/** What one event counts for in seconds, where the log tells no duration. */
export const SECONDS_EACH = {
  /** Crash and recovery: some minutes without service. */
  crash: 600,
  corruption: 3_600,
  wraparound: 600,
  outOfDisk: 300,
  outOfMemory: 60,
  refusedConnection: 10,
  failedAuthentication: 1,
  /** Starting a process and signing in takes some milliseconds of a core. */
  connection: 0.01,
  lostConnection: 1,
  /** The transaction that was undone, and the second that deadlock_timeout waited. */
  deadlock: 10,
  /** A statement that was stopped ran in vain up to then, how long is not told. */
  cancelled: 10,
  error: 1,
  replication: 10,
  vacuumCancelled: 30,
  frequentCheckpoint: 5,
} as const;

/** Writing and reading a temporary file: 200 MB/s. */
export const TEMPORARY_BYTES_PER_SECOND = 200 * 2 ** 20;
