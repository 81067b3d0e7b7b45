import { z } from "zod";
import { Instant } from "./primitives.ts";

/** One step of how an incident came to its end: an entry of the audit chain in words. */
export const TraceStep = z.strictObject({
  sequence: z.number().int().positive(),
  at: Instant,
  /** What was done, as the chain calls it. */
  what: z.string(),
  said: z.string(),
  parts: z.array(z.strictObject({ title: z.string(), lines: z.array(z.string()) })),
  hash: z.string(),
});
export type TraceStep = z.infer<typeof TraceStep>;

/** Answer of `GET /api/incidents/{id}/trace`. */
export const ReasoningTrace = z.strictObject({
  steps: z.array(TraceStep),
  verification: z.strictObject({ intact: z.boolean(), detail: z.string() }),
});
export type ReasoningTrace = z.infer<typeof ReasoningTrace>;

/** What a model was asked and what it answered, word by word. It is kept beside the incident, and the chain holds the question's digest. */
export const AskedOpinion = z.looseObject({
  question: z.looseObject({ system: z.string(), user: z.string() }),
  answer: z.string().nullable(),
});
export type AskedOpinion = z.infer<typeof AskedOpinion>;
