import type { LogFinding, LogFindingKind, LogSeverity, NextAction } from "../contracts/log-triage.ts";
import type { Entry } from "./entry.ts";
import type { Seen } from "./seen.ts";

/** One subject of the log: it takes the messages that are about it and tells in the end what they come to. */
export type Topic = {
  /** Takes a message, or leaves it to the others. */
  take: (entry: Entry) => boolean;
  findings: (span: Span) => Draft[];
  /** How many groups were given up because there were too many. */
  dropped?: () => number;
};

/** The time that the log is about; 0 seconds when it does not tell. */
export type Span = { seconds: number };

/** A finding before it is ranked. */
export type Draft = {
  kind: LogFindingKind;
  /** What tells it from others of its kind. */
  group: string;
  title: string;
  severity: LogSeverity;
  /** Seconds that somebody waited or worked in vain, or what stands for them: see impact.ts. */
  lostSeconds: number;
  seen: Seen;
  sample: string | null;
  facts: LogFinding["facts"];
  nextActions: NextAction[];
};
