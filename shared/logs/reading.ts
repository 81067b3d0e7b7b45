import type { Entry } from "./entry.ts";

/** What was read, and what could not be understood. */
export type Totals = {
  bytes: number;
  lines: number;
  messages: number;
  /** Lines without a head that fits: of another program, another locale, or broken. */
  malformedLines: number;
  /** DETAIL, STATEMENT and the like whose message is not there. */
  detachedLines: number;
  /** Messages that were longer than what is kept of one. */
  truncatedMessages: number;
  /** NaN until a message tells its time. */
  firstMs: number;
  lastMs: number;
};

export const noTotals = (): Totals => ({
  bytes: 0,
  lines: 0,
  messages: 0,
  malformedLines: 0,
  detachedLines: 0,
  truncatedMessages: 0,
  firstMs: Number.NaN,
  lastMs: Number.NaN,
});

/** Where the entries of all files go. */
export type Reading = { totals: Totals; see: (entry: Entry) => void };

/** One file in one format: its bytes come in pieces of any size, which are only valid during the call. */
export type LogReader = { feed: (chunk: Buffer) => void; end: () => void };
