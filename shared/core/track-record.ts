import { type Incident, isClosed } from "../contracts/incident.ts";
import type { Severity } from "../contracts/primitives.ts";

/** What became of one action that somebody, or something, agreed to. */
export type Outcome = {
  serverId: string;
  severity: Severity;
  decidedBy: "person" | "instruction" | "pgmedic";
  /** It takes two people, since it destroys something or ends somebody's work. */
  takesTwo: boolean;
  result: "improved" | "no_effect" | "regressed" | "inconclusive" | "failed" | "notCarriedOut";
  at: string;
};

/** What an incident adds to the record; null while it goes on, and where nothing was agreed to. */
export function outcomeOf(incident: Incident): Outcome | null {
  const { decision, proposal, resolution, diagnosis, serverId } = incident;
  if (decision?.verdict !== "approve" || proposal === null) return null;
  if (resolution === null || !isClosed(incident.state)) return null;
  return {
    serverId,
    severity: diagnosis?.severity ?? incident.severity,
    decidedBy: decision.by.kind,
    takesTwo: proposal.approvalsNeeded > 1,
    result: resultOf(incident),
    at: resolution.at,
  };
}

function resultOf({ verification, rollBack, resolution, execution }: Incident): Outcome["result"] {
  // What was taken back did not help, whatever was measured first.
  if (rollBack !== null && verification?.verdict !== "regressed") return "no_effect";
  if (verification !== null) return verification.verdict;
  if (resolution?.path === "failed") return "failed";
  return execution === null ? "notCarriedOut" : "inconclusive";
}

/** True when a measurement said whether the diagnosis was right. */
export const isJudged = ({ result }: Outcome): boolean =>
  result === "improved" || result === "no_effect" || result === "regressed";

/** What trust does not survive: harm, a failed action, or something destroyed in vain. */
export const isBreach = ({ result, takesTwo }: Outcome): boolean =>
  result === "regressed" || result === "failed" || (takesTwo && result === "no_effect");
