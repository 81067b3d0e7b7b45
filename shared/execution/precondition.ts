import type { Precondition } from "../contracts/proposal.ts";

/** What must hold for an action, and what was seen. */
export const precondition = (id: string, label: string, holds: boolean, observed: string): Precondition => ({
  id,
  label,
  holds,
  observed,
});
