import { type Incident, isClosed } from "../contracts/incident.ts";
import { isAheadOfAlerts } from "./schedules.ts";
import type { Severity } from "../contracts/primitives.ts";

/** What became of one action that somebody, or something, agreed to. */
export type Outcome = {
  serverId: string;
  severity: Severity;
  decidedBy: "person" | "instruction" | "pgmedic";
  /** It takes two people, since it destroys something or ends somebody's work. */
  takesTwo: boolean;
  /** No alert asked for it. */
  isAhead: boolean;
  result: "improved" | "no_effect" | "regressed" | "inconclusive" | "failed" | "notCarriedOut";
  /** When the last thing about it was known. */
  at: string;
};

/** What an incident adds to the record; null while it goes on, and where nothing was agreed to. */
export function outcomeOf(incident: Incident): Outcome | null {
  const { decision, proposal, resolution, diagnosis, serverId } = incident;
  if (decision?.verdict !== "approve" || proposal === null) return null;
  const isOver = resolution !== null && isClosed(incident.state);
  // Harm counts from when it was measured: taking it back may have to wait.
  if (!isOver && incident.verification?.verdict !== "regressed") return null;
  return {
    serverId,
    severity: diagnosis?.severity ?? incident.severity,
    decidedBy: decision.by.kind,
    takesTwo: proposal.approvalsNeeded > 1,
    result: resultOf(incident),
    isAhead: isAheadOfAlerts(incident),
    at: latest([resolution?.at, incident.verification?.verifiedAt, incident.rollBack?.at]),
  };
}

const latest = (moments: readonly (string | undefined)[]): string =>
  moments.reduce<string>((last, at) => (at !== undefined && at > last ? at : last), "");

function resultOf({ verification, rollBack, resolution, execution }: Incident): Outcome["result"] {
  if (resolution?.path === "failed" && verification?.verdict !== "regressed") return "failed";
  // What was taken back did not help, whatever was measured first.
  if (rollBack !== null && verification?.verdict !== "regressed") return "no_effect";
  if (verification !== null) return verification.verdict;
  return execution === null ? "notCarriedOut" : "inconclusive";
}

/** True when a measurement said whether the diagnosis was right. */
export const isJudged = ({ result }: Outcome): boolean =>
  result === "improved" || result === "no_effect" || result === "regressed";

/** What trust does not survive: harm, a failed action, or something destroyed in vain. */
export const isBreach = ({ result, takesTwo }: Outcome): boolean =>
  result === "regressed" || result === "failed" || (takesTwo && result === "no_effect");
