import { z } from "zod";
import { Actor, Digest, Id, Instant } from "./primitives.ts";

const common = {
  decisionId: Id,
  proposalId: Id,
  proposalHash: Digest,
  by: Actor,
  decidedAt: Instant,
  reason: z.string().max(500).nullable(),
};

/** The one decision about a proposal; written once, into the incident. */
export const Decision = z.discriminatedUnion("verdict", [
  z.strictObject({ verdict: z.literal("approve"), instructionId: Id.nullable(), ...common }),
  z.strictObject({ verdict: z.literal("skip"), ...common }),
]);
export type Decision = z.infer<typeof Decision>;

/** Body of `POST /api/incidents/{id}/decision`. */
export const DecisionRequest = z.strictObject({
  proposalId: Id,
  proposalHash: Digest,
  verdict: z.enum(["approve", "skip"]),
  reason: z.string().max(500).optional(),
});
export type DecisionRequest = z.infer<typeof DecisionRequest>;
