import { relationOf } from "../contracts/actions.ts";
import type { Diagnosis } from "../contracts/diagnosis.ts";
import type { Incident } from "../contracts/incident.ts";
import type { Memory, PastOutcome, RememberedEffect } from "../contracts/memory.ts";
import type { Resolution, Verification } from "../contracts/outcome.ts";
import type { ProposedAction } from "../contracts/proposal.ts";
import type { Cause } from "../contracts/taxonomy.ts";
import { lastingTargetOf, withoutConstants } from "./action-target.ts";
import { digest } from "./digest.ts";
import { msBetween } from "./time.ts";

/** What a cause is about, as one run names it and every other run would: `index public.orders(customer_id)`, `session ?`. */
export function lastingSubject(subject: string): string {
  // The number of a statement is its identity; the name of a prepared transaction is whatever the application made of it.
  if (/^statement -?\d+$/.test(subject)) return subject;
  return subject.startsWith("prepared transaction ") ? "prepared transaction ?" : withoutConstants(subject);
}

export type Identity = { serverId: string; cause: Cause; subject: string; playbook: string };

/** The same for the same cause of the same thing on one server, found by one playbook. */
export const fingerprintOf = ({ serverId, cause, subject, playbook }: Identity): string =>
  digest({ serverId, cause, subject: lastingSubject(subject), playbook });

/** The cause that a diagnosis answered with, and what it is about; null where it named none. */
function answerOf(diagnosis: Diagnosis): { cause: Cause; subject: string | null; table: string | null } | null {
  const cause =
    "cause" in diagnosis ? diagnosis.cause : diagnosis.verdict === "expected" ? ("expected_load" as const) : null;
  if (cause === null) return null;
  const proven = diagnosis.causes.find((one) => one.cause === cause);
  return { cause, subject: proven?.subject ?? null, table: proven?.table ?? null };
}

/**
 * What there is to remember of a run; null while it is not over, and for one that ended before it had a diagnosis: nothing can be learnt
 * from that. It follows from the incident alone, so that remembering twice is remembering once.
 */
export function memoryOf(incident: Incident): Memory | null {
  const { incidentId, serverId, runId, diagnosis, resolution } = incident;
  if (diagnosis === null || resolution === null) return null;
  const { verdict, playbook, load, confidence } = diagnosis;
  const answer = answerOf(diagnosis);
  const { cause = null, subject = null } = answer ?? {};
  return {
    incidentId,
    serverId,
    runId,
    fingerprint: cause === null || subject === null ? null : fingerprintOf({ serverId, cause, subject, playbook }),
    verdict,
    cause,
    subject: subject === null ? null : lastingSubject(subject),
    table: tableOf(incident, answer),
    playbook,
    alert: alertOf(incident),
    load,
    confidence: confidence.composite,
    ...deedIn(incident),
    ...endIn(incident, resolution),
  };
}

type Deed = "statements" | "action" | "decidedBy" | "wasCarriedOut" | "effect" | "wasTakenBack";

/** What was done, and what it brought. */
function deedIn({ proposal, decision, execution, verification, rollBack }: Incident): Pick<Memory, Deed> {
  return {
    statements: proposal?.targets.map(({ queryId }) => queryId) ?? [],
    action: proposal && actionOf(proposal),
    decidedBy: decision?.by ?? null,
    wasCarriedOut: execution !== null,
    effect: verification && effectOf(verification),
    wasTakenBack: rollBack?.done === true,
  };
}

type End = "path" | "openedAt" | "proposedAfterMs" | "endedAt" | "endedAfterMs" | "asOf";

/** How and when it ended. */
function endIn({ openedAt, updatedAt, proposal }: Incident, resolution: Resolution): Pick<Memory, End> {
  return {
    path: resolution.path,
    openedAt,
    proposedAfterMs: proposal && Math.max(0, msBetween(openedAt, proposal.proposedAt)),
    endedAt: resolution.at,
    endedAfterMs: Math.max(0, msBetween(openedAt, resolution.at)),
    asOf: updatedAt,
  };
}

/** The table of the action; where none was proposed, that of the cause. */
function tableOf({ proposal }: Incident, answer: { table: string | null } | null): string | null {
  const relation = proposal === null ? null : relationOf(proposal.action);
  return relation === null ? (answer?.table ?? null) : `${relation.schema}.${relation.table}`;
}

/** What a person wrote when asking for a look is no name of a rule. */
function alertOf({ alerts }: Incident): Memory["alert"] {
  const [first] = alerts;
  if (first === undefined || first.alertId.startsWith("by-hand/")) return { metric: null, rule: null };
  return { metric: first.metric, rule: first.rule };
}

function actionOf({ action }: ProposedAction): Memory["action"] {
  const object = action.kind === "create_index" ? `${action.parameters.schema}.${action.parameters.name}` : null;
  return { kind: action.kind, target: lastingTargetOf(action), object };
}

function effectOf(verification: Verification): RememberedEffect {
  const { verdict, verifiedAt } = verification;
  if (verification.basis === "measure") {
    const { measure, before, after } = verification;
    return { basis: "measure", verdict, measure, value: { before, after }, verifiedAt };
  }
  const { before, after } = verification;
  const figure = (name: "meanMs" | "blocksPerCall") => ({ before: before[name], after: after[name] });
  return {
    basis: "statements",
    verdict,
    meanMs: figure("meanMs"),
    blocksPerCall: figure("blocksPerCall"),
    verifiedAt,
  };
}

/** What came of a run. */
export function outcomeOf({ verdict, wasCarriedOut, wasTakenBack, effect }: Memory): PastOutcome {
  if (wasTakenBack) return "takenBack";
  if (!wasCarriedOut) return verdict === "healthy" || verdict === "expected" ? "notNeeded" : "notDone";
  switch (effect?.verdict) {
    case "improved":
      return "helped";
    case "no_effect":
    case "regressed":
      return "failed";
    case "inconclusive":
    case undefined:
      return "unproven";
  }
}
