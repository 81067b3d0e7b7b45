// What a person may do, and why not: the one place that decides which button works. The API decides again.
import type { IncidentDetail, Role } from "../../shared/contracts/api.ts";
import type { Chat } from "../../shared/contracts/chat.ts";
import type { DeadLetterView } from "../../shared/contracts/dead-letter.ts";
import type { Instruction } from "../../shared/contracts/instruction.ts";
import type { Principal } from "./principal.ts";

export type Capability = { allowed: boolean; because: string };
type Decidable = Pick<IncidentDetail, "state" | "proposal" | "decision" | "approvals">;

const yes = (because: string): Capability => ({ allowed: true, because });
const no = (because: string): Capability => ({ allowed: false, because });

const mayAs = ({ roles }: Principal, role: Role, toDo: string): Capability | null =>
  roles.includes(role) ? null : no(`You need the ${role} role to ${toDo}. Ask an admin of PgMedic for it.`);

/** The decision about the proposal that stands now; one about an earlier round does not count. */
export function standingDecision({ proposal, decision }: Pick<Decidable, "proposal" | "decision">) {
  return decision?.proposalId === proposal?.proposalId ? decision : null;
}

function decide(incident: Decidable, now: Date): Capability | null {
  const { state, proposal } = incident;
  const decision = standingDecision(incident);
  if (decision !== null)
    return no(`This proposal was ${decision.verdict === "approve" ? "approved" : "skipped"} already.`);
  if (proposal === null) return no("There is no proposal to decide on.");
  if (state !== "awaitingApproval") return no("This incident is not waiting for a decision.");
  if (Date.parse(proposal.expiresAt) <= now.getTime())
    return no("This proposal has expired. A new alert brings a fresh one.");
  return null;
}

/** Who agreed so far to the proposal that stands now, where it takes more than one person. */
export const approvalsOf = ({ proposal, approvals }: Pick<Decidable, "proposal" | "approvals">) =>
  approvals.filter(({ proposalId }) => proposalId === proposal?.proposalId);

export const can = {
  approve: (incident: Decidable, principal: Principal, now: Date): Capability => {
    const refusal = decide(incident, now) ?? mayAs(principal, "operator", "decide");
    if (refusal !== null) return refusal;
    if (incident.proposal?.riskClass === "R4") return no("R4 is advice: PgMedic does not carry it out.");
    const given = approvalsOf(incident);
    if (given.some(({ by }) => by.kind === "person" && by.userId === principal.userId))
      return no("You approved it. It takes another person too, since it destroys something or ends a session.");
    return (incident.proposal?.approvalsNeeded ?? 1) - given.length > 1
      ? yes("Two people must agree: you would be the first.")
      : yes("Runs once, after the guardrails agree again.");
  },
  skip: (incident: Decidable, principal: Principal, now: Date): Capability =>
    decide(incident, now) ?? mayAs(principal, "operator", "decide") ?? yes("Closes the incident and changes nothing."),
  alwaysAllow: (incident: Decidable, principal: Principal, now: Date): Capability => {
    const refusal = decide(incident, now) ?? mayAs(principal, "operator", "give instructions");
    if (refusal !== null) return refusal;
    const riskClass = incident.proposal?.riskClass;
    if (riskClass === "R3" || riskClass === "R4") return no(`${riskClass} actions always need a person.`);
    return yes("You set the limits; nothing changes until you confirm.");
  },
  confirm: (chat: Pick<Chat, "step" | "summary">, principal: Principal): Capability => {
    if (chat.step === "confirmed") return no("This instruction is in force already.");
    if (chat.step !== "summary" || chat.summary === null) return no("Answer the questions first.");
    return (
      mayAs(principal, "operator", "give instructions") ??
      yes("Puts the instruction in force and approves this proposal.")
    );
  },
  revoke: (instruction: Pick<Instruction, "revoked">, principal: Principal): Capability =>
    instruction.revoked === null
      ? (mayAs(principal, "operator", "revoke instructions") ?? yes("Takes effect at once."))
      : no("It is revoked already."),
  sendAgain: ({ stays }: Pick<DeadLetterView, "stays">, principal: Principal): Capability =>
    stays === null
      ? (mayAs(principal, "operator", "send a message again") ??
        yes("Its handler does what was not done yet, and nothing twice."))
      : no(stays),
  register: (principal: Principal): Capability =>
    mayAs(principal, "admin", "register servers") ?? yes("Nothing is done on the server: PgMedic only knows of it."),
  checkServer: (principal: Principal): Capability =>
    mayAs(principal, "operator", "check a server") ?? yes("Connects with both roles and says what is missing."),
  reportOn: (principal: Principal): Capability =>
    mayAs(principal, "operator", "ask for a report") ?? yes("Reads counters and plans elsewhere; changes nothing."),
  lookFurther: (principal: Principal, isBusy: boolean): Capability => {
    const refusal = mayAs(principal, "operator", "run diagnostics");
    if (refusal !== null) return refusal;
    return isBusy ? no("One at a time: the last one is still running.") : yes("Reads only, within a time limit.");
  },
  editPlaybook: (principal: Principal): Capability =>
    mayAs(principal, "operator", "edit playbooks") ?? yes("What you save counts for the next investigation."),
  savePlaybook: (principal: Principal, isChanged: boolean, isBad: boolean): Capability => {
    const refusal = mayAs(principal, "operator", "edit playbooks");
    if (refusal !== null) return refusal;
    if (!isChanged) return no("Nothing is changed yet.");
    return isBad ? no("Correct what is named above first.") : yes("The next investigation follows it.");
  },
  runPlaybook: (principal: Principal, isServerThere: boolean): Capability =>
    mayAs(principal, "operator", "have a server looked at") ??
    (isServerThere ? yes("Opens an incident; nothing is changed on the server.") : no("No server is enabled.")),
  setSchedules: (principal: Principal): Capability =>
    mayAs(principal, "operator", "set a schedule") ?? yes("The first look comes at its next time."),
  useKillSwitch: (principal: Principal): Capability =>
    mayAs(principal, "admin", "use the kill switch") ?? yes("Stops every execution until it is turned off."),
  steer: (principal: Principal, isChanged: boolean): Capability =>
    mayAs(principal, "admin", "say how far PgMedic may go") ??
    (isChanged ? yes("Takes effect before the next action.") : no("Nothing is changed yet.")),
  playDemo: (principal: Principal): Capability =>
    mayAs(principal, "operator", "play the demo") ?? yes("Puts load on the demo database."),
};
