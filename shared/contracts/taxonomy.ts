import { z } from "zod";

/** What PgMedic can prove. Closed: a new cause needs a catalogue entry, a scenario and a test. */
export const Cause = z.enum(["missing_index"]);
export type Cause = z.infer<typeof Cause>;

/** What PgMedic can do. Closed: nothing else ever runs, whatever a model or a person writes. */
export const ActionKind = z.enum(["create_index", "drop_index"]);
export type ActionKind = z.infer<typeof ActionKind>;

/** R0 none · R1 reversible, no lock to speak of · R2 reversible, load or a short lock · R3 needs a person · R4 advice only. */
export const RiskClass = z.enum(["R0", "R1", "R2", "R3", "R4"]);
export type RiskClass = z.infer<typeof RiskClass>;

/** How busy a server is. Bounded-risk work is refused unless it is clear. */
export const LoadVerdict = z.enum(["clear", "busy", "saturated"]);
export type LoadVerdict = z.infer<typeof LoadVerdict>;
