import { z } from "zod";
import { Instant } from "./primitives.ts";

/** What may be looked at next: a diagnostic or a playbook by its name, with values that fit its parameters. Never SQL. */
export const NextAction = z.strictObject({
  actionId: z.string().regex(/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/, "an action's id is lower-case words with hyphens"),
  label: z.string().min(1),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type NextAction = z.infer<typeof NextAction>;

/** What a log can tell. Closed: a new kind needs a rule that finds it and its next actions. */
export const LogFindingKind = z.enum([
  "crash",
  "corruption",
  "wraparound",
  "out_of_disk",
  "out_of_memory",
  "too_many_connections",
  "authentication_failed",
  "connection_churn",
  "connections_lost",
  "slow_statement",
  "lock_wait",
  "deadlock",
  "temporary_files",
  "frequent_checkpoints",
  "slow_checkpoints",
  "vacuum_blocked",
  "long_vacuum",
  "vacuum_cancelled",
  "statement_timeout",
  "lock_timeout",
  "cancelled_by_user",
  "terminated_sessions",
  "replication",
  "archiving",
  "configuration",
  "error",
]);
export type LogFindingKind = z.infer<typeof LogFindingKind>;

/** critical: the service is or was down, or data is at stake · warning: somebody waits or fails · notice: worth knowing. */
export const LogSeverity = z.enum(["critical", "warning", "notice"]);
export type LogSeverity = z.infer<typeof LogSeverity>;

export const LogFinding = z.strictObject({
  /** The same for the same kind and group in every log, so that two reports can be compared. */
  id: z.string(),
  kind: LogFindingKind,
  title: z.string(),
  severity: LogSeverity,
  /** 0 to 100: 70 and more is critical, 30 and more a warning; within that by the seconds that were lost. */
  impact: z.number().min(0).max(100),
  count: z.number().int().nonnegative(),
  firstSeen: Instant.nullable(),
  lastSeen: Instant.nullable(),
  /** A message or statement with its literals taken out. */
  sample: z.string().nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  next_actions: z.array(NextAction),
});
export type LogFinding = z.infer<typeof LogFinding>;

export const LogSource = z.strictObject({
  name: z.string(),
  format: z.enum(["stderr", "csvlog", "jsonlog", "azure", "unknown"]),
  /** The log_line_prefix that was given or found; null where there is none or it could not be told. */
  prefix: z.string().nullable(),
  bytes: z.number().int().nonnegative(),
  /** Why the file could not be read to its end. */
  problem: z.string().nullable(),
});
export type LogSource = z.infer<typeof LogSource>;

export const LogTriage = z.strictObject({
  sources: z.array(LogSource),
  from: Instant.nullable(),
  to: Instant.nullable(),
  bytes: z.number().int().nonnegative(),
  lines: z.number().int().nonnegative(),
  messages: z.number().int().nonnegative(),
  /** Messages that no rule is about: counted, and nothing more. */
  otherMessages: z.number().int().nonnegative(),
  malformedLines: z.number().int().nonnegative(),
  detachedLines: z.number().int().nonnegative(),
  truncatedMessages: z.number().int().nonnegative(),
  /** Time zones whose meaning is not known: their times were taken for UTC. */
  unknownZones: z.array(z.string()),
  /** The worst first. */
  findings: z.array(LogFinding),
  /** Findings beyond the number that was asked for. */
  moreFindings: z.number().int().nonnegative(),
  /** Statements, errors and the like that were given up, the lightest first, because there were too many different ones. */
  droppedGroups: z.number().int().nonnegative(),
});
export type LogTriage = z.infer<typeof LogTriage>;
