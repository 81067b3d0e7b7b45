import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { standingDecision } from "../can.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";

export type StepState = "done" | "current" | "skipped" | "todo";
export type Step = { name: string; state: StepState };
type Progressing = Pick<
  IncidentDetail,
  "state" | "diagnosis" | "proposal" | "decision" | "execution" | "verification" | "resolution"
>;

/** The stations of an incident and how far it has come. */
export function stepsOf(incident: Progressing): Step[] {
  const reached = [
    { name: "Alert", isDone: true },
    { name: "Diagnosis", isDone: incident.diagnosis !== null },
    { name: "Proposal", isDone: incident.proposal !== null },
    { name: "Consent", isDone: standingDecision(incident) !== null },
    { name: "Execution", isDone: incident.execution !== null },
    { name: "Verification", isDone: incident.verification !== null },
    { name: "Closed", isDone: incident.resolution !== null || isClosed(incident.state) },
  ];
  const last = reached.findLastIndex(({ isDone }) => isDone);
  return reached.map(({ name, isDone }, index) => {
    if (isDone) return { name, state: "done" };
    if (index < last) return { name, state: "skipped" };
    return { name, state: index === last + 1 ? "current" : "todo" };
  });
}
