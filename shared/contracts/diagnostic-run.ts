import { z } from "zod";
import { NextAction } from "./log-triage.ts";
import { Actor, Id, Instant } from "./primitives.ts";
import { LoadVerdict } from "./taxonomy.ts";

/** Values for a diagnostic's parameters: scalars only. There is no way to hand over SQL. */
export const DiagnosticParameters = z.record(
  z.string(),
  z.union([z.string().max(200), z.number(), z.boolean(), z.null()]),
);
export type DiagnosticParameters = z.infer<typeof DiagnosticParameters>;

/** Body of `POST /api/incidents/{id}/actions/{actionId}`. */
export const DiagnosticRequest = z.strictObject({ parameters: DiagnosticParameters.default({}) });

/** What one bounded diagnostic brought to light. Appended to the incident; never changed. */
export const Insight = z.strictObject({
  insightId: Id,
  actionId: z.string(),
  title: z.string(),
  parameters: DiagnosticParameters,
  outcome: z.enum(["answered", "refused", "failed"]),
  /** Why it was refused or failed; null when it answered. */
  because: z.string().nullable(),
  load: LoadVerdict.nullable(),
  /** Rows by column name, at most 200. */
  rows: z.array(z.record(z.string(), z.unknown())),
  /** Rows in all. */
  rowCount: z.number().int().nonnegative(),
  nextActions: z.array(NextAction),
  by: Actor,
  at: Instant,
});
export type Insight = z.infer<typeof Insight>;

/** Answer of `GET /api/incidents/{id}/actions`: what may be looked at next, what there is at all, and what was found so far. */
export const ActionsAnswer = z.strictObject({
  nextActions: z.array(NextAction),
  known: z.array(
    z.strictObject({
      actionId: z.string(),
      title: z.string(),
      risk: z.enum(["free", "bounded"]),
      parameters: z.array(z.string()),
    }),
  ),
  insights: z.array(Insight),
});
export type ActionsAnswer = z.infer<typeof ActionsAnswer>;
