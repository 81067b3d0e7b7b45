import { z } from "zod";
import { Id, Instant } from "./primitives.ts";

const Said = z.strictObject({ what: z.string(), because: z.string() });

/** What PgMedic would have done about a server so far, read-only: the first look at a server that it has just been shown. */
export const ServerReport = z.discriminatedUnion("outcome", [
  z.strictObject({
    outcome: z.literal("made"),
    serverId: Id,
    madeAt: Instant,
    /** What was looked at: everything that pg_stat_statements has counted since. */
    since: Instant,
    statements: z.number().int().nonnegative(),
    /** Statement time that was counted in all, in ms, and the share of it that those statements took. */
    countedMs: z.number().nonnegative(),
    share: z.number(),
    /** Each of them only after consent. */
    proposed: z.array(
      z.strictObject({
        statements: z.array(z.string()),
        cause: z.string(),
        /** Share of the statement time that it would save. */
        savedShare: z.number(),
        bytes: z.number().nonnegative(),
        queries: z.array(z.string()),
      }),
    ),
    /** What only a change of the query mends. */
    forDevelopers: z.array(z.strictObject({ problem: z.string(), recommendation: z.string(), query: z.string() })),
    refused: z.array(Said),
    unplanned: z.array(Said),
  }),
  z.strictObject({ outcome: z.literal("failed"), serverId: Id, madeAt: Instant, because: z.string() }),
]);
export type ServerReport = z.infer<typeof ServerReport>;
