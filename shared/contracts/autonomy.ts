import { z } from "zod";
import { Instant } from "./primitives.ts";

/** What an admin allows everywhere: Shadow only records; Assist acts by consent, and lets what was earned count. */
export const AllowedPhase = z.enum(["shadow", "assist"]);
/** What the record has earned. */
export const EarnedPhase = z.enum(["assist", "autonomous", "predictive"]);
export type EarnedPhase = z.infer<typeof EarnedPhase>;
export const Phase = z.enum(["shadow", "assist", "autonomous", "predictive"]);
export type Phase = z.infer<typeof Phase>;

export const CriterionId = z.enum(["accuracy", "destructive", "autonomous", "coverage", "soak", "foresight"]);
export type CriterionId = z.infer<typeof CriterionId>;

/** One figure of the graduation gate, with what it must be. Shares are 0–1; the soak is in days. */
export const Criterion = z.strictObject({
  id: CriterionId,
  /** Null while there is too little to tell. */
  observed: z.number().nullable(),
  required: z.number(),
  holds: z.boolean(),
  /** The counts behind the figure, in words. */
  basis: z.string(),
});
export type Criterion = z.infer<typeof Criterion>;

/** The phase earned by measured results: a state machine whose transitions are the gate's. */
export const Graduation = z.strictObject({
  phase: EarnedPhase,
  since: Instant,
  evaluatedAt: Instant,
  criteria: z.array(Criterion),
  /** The transitions, the newest first. */
  history: z.array(z.strictObject({ at: Instant, from: EarnedPhase, to: EarnedPhase, because: z.string() })),
});
export type Graduation = z.infer<typeof Graduation>;

/** What is stored of the switch and the phase that an admin allows. */
export const Autonomy = z.strictObject({
  phase: AllowedPhase,
  killSwitch: z.strictObject({ on: z.boolean(), by: z.string().nullable(), at: Instant.nullable() }),
});
export type Autonomy = z.infer<typeof Autonomy>;

/** Answer of `GET/PUT /api/autonomy`. `effective` is the lesser of the phase allowed and the phase earned. */
export const AutonomyView = Autonomy.extend({ effective: Phase, graduation: Graduation.nullable() });
export type AutonomyView = z.infer<typeof AutonomyView>;

/** Body of `PUT /api/autonomy`. */
export const AutonomyRequest = z.strictObject({ phase: AllowedPhase.optional(), killSwitch: z.boolean().optional() });
