import { z } from "zod";
import { Digest, Id, Instant } from "./primitives.ts";

/** How far an incident's chain had got: its newest archived entry, and the length of the blob that holds it. */
export const ChainHead = z.strictObject({
  incidentId: Id,
  sequence: z.number().int().positive(),
  hash: Digest,
  bytes: z.number().int().positive(),
});
export type ChainHead = z.infer<typeof ChainHead>;

/** One line a day: the heads that moved since the line before it. `hash` covers everything else in it, the previous line's hash included. */
export const DailyRoot = z.strictObject({
  /** The last day that is wholly in the archive, in UTC. */
  day: z.iso.date(),
  at: Instant,
  heads: z.array(ChainHead),
  previousHash: Digest,
  hash: Digest,
});
export type DailyRoot = z.infer<typeof DailyRoot>;

/** An incident whose new entries do not follow from its archived ones. */
export const RefusedChain = z.strictObject({ incidentId: Id, since: Instant, because: z.string() });
export type RefusedChain = z.infer<typeof RefusedChain>;

/** How far the archive has got. Losing it costs time only: the archive itself says what is in it. */
export const ArchiveProgress = z.strictObject({
  /** Every entry that was written by this second (Unix time) is archived, or its chain is refused. */
  upTo: z.number().int().nonnegative(),
  /** The day of the newest root. */
  rootDay: z.iso.date().nullable(),
  /** How long the blob of roots was at least: a shorter one is another archive. */
  rootBytes: z.number().int().nonnegative(),
  refused: z.array(RefusedChain),
});
export type ArchiveProgress = z.infer<typeof ArchiveProgress>;

/** Where an audit entry stands, and when it was written, in seconds of Unix time. */
export const WrittenEntry = z.strictObject({
  incidentId: Id,
  sequence: z.number().int().positive(),
  writtenAt: z.number().int(),
});
export type WrittenEntry = z.infer<typeof WrittenEntry>;
