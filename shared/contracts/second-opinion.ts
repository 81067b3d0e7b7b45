import { z } from "zod";
import { Digest, Instant, Share } from "./primitives.ts";
import { Cause } from "./taxonomy.ts";

/** What a model may answer: one of the causes that it was asked about, or that none of them is proven. Nothing else gets in. */
export const Opinion = z.strictObject({
  cause: z.union([Cause, z.literal("none")]),
  confidence: Share,
  because: z.string().trim().min(1).max(600),
});
export type Opinion = z.infer<typeof Opinion>;

/** A model's look at the same evidence. `because` of an answer is a model's text: it is shown, and decides nothing. */
export const SecondOpinion = z.discriminatedUnion("outcome", [
  z.strictObject({
    outcome: z.literal("given"),
    model: z.string(),
    agrees: z.boolean(),
    ...Opinion.shape,
    /** Of the question, which is kept beside the incident word by word. */
    questionDigest: Digest,
    ms: z.number().nonnegative(),
    at: Instant,
  }),
  z.strictObject({ outcome: z.literal("unavailable"), model: z.string(), why: z.string(), at: Instant }),
]);
export type SecondOpinion = z.infer<typeof SecondOpinion>;
