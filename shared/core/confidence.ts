import type { Confidence } from "../contracts/diagnosis.ts";

const WEIGHTS = { self: 0.35, validator: 0.25, retrieval: 0.25, evidence: 0.15 } as const;

/** Composite confidence: the weighted mean of the parts that ran; the weight of a part that did not run is shared by the rest. */
export function confidenceOf(parts: Omit<Confidence, "composite">): Confidence {
  let sum = 0;
  let weight = 0;
  for (const name of ["self", "validator", "retrieval", "evidence"] as const) {
    const value = parts[name];
    if (value === null) continue;
    sum += WEIGHTS[name] * value;
    weight += WEIGHTS[name];
  }
  return { ...parts, composite: Math.round((sum / weight) * 1000) / 1000 };
}
