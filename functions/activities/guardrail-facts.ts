import type { Incident } from "../../shared/contracts/incident.ts";
import { known } from "../../shared/catalogue/actions/index.ts";
import { AREA_OF, levelIn } from "../../shared/contracts/automation.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { targetOf } from "../../shared/core/action-target.ts";
import type { GuardrailFacts, PastAction } from "../../shared/core/guardrails.ts";
import { isAheadOfAlerts } from "../../shared/core/schedules.ts";
import { holds } from "../../shared/core/server-lock.ts";
import { severityNow } from "../../shared/core/severity.ts";
import { DAY_MS, later, MINUTE_MS } from "../../shared/core/time.ts";
import type { Look } from "../../shared/execution/look.ts";
import { phaseNow } from "../graduation.ts";
import { services } from "../services.ts";
import { theIncident } from "./subject.ts";

/** An action that was undone is not proposed again for this long. */
const MEMORY_MS = 30 * DAY_MS;

export type Consent = GuardrailFacts["consent"];

/** Gathers, afresh, what the guardrails look at. */
export async function guardrailFacts(
  run: Run,
  proposal: ProposedAction,
  look: Look,
  consent: Consent,
): Promise<GuardrailFacts> {
  const { servers, metrics, now } = services();
  const server = await servers.read(run.serverId);
  const lock = await servers.lock(run.serverId);
  const autonomy = await readAutonomy();
  const moment = now();
  const { action } = proposal;
  const { addsLoad, waitsForTransactions } = known(action);
  const area = AREA_OF[action.kind];
  const ownName = "name" in action.parameters ? action.parameters.name : null;
  return {
    killSwitch: autonomy.killSwitch,
    serverEnabled: server?.enabled === true,
    phase: autonomy.phase,
    consent,
    area,
    level: levelIn(server?.automation, area),
    ...(await diagnosedAs(run)),
    riskClass: proposal.riskClass,
    kind: action.kind,
    target: targetOf(action),
    addsLoad,
    waitsForTransactions,
    load: look.gate.load,
    ...(await pastActions(run, moment)),
    indexesOnTable: look.table?.indexes.filter(({ index }) => index !== ownName).length ?? 0,
    estimatedBytes: proposal.blastRadius.estimatedBytes,
    tableBytes: look.table?.bytes ?? null,
    diskFreeBytes:
      server === null
        ? null
        : await metrics.average({
            resourceId: server.resourceId,
            metric: "storage_free",
            from: later(moment, -5 * MINUTE_MS).toISOString(),
            to: moment.toISOString(),
          }),
    oldestTransactionSeconds: look.gate.oldestTransactionSeconds,
    unmetPreconditions: look.preconditions
      .filter(({ holds: isMet }) => !isMet)
      .map(({ label, observed }) => `${label} (${observed})`),
    lockHeld: lock !== null && holds({ holder: lock, lastToken: lock.fencingToken }, run.runId, lock.fencingToken),
  };
}

async function diagnosedAs(run: Run): Promise<Pick<GuardrailFacts, "severity" | "isAhead" | "isDisputed">> {
  const incident = await theIncident(run);
  const opinion = incident.diagnosis?.secondOpinion;
  return {
    severity: severityNow(incident),
    isAhead: isAheadOfAlerts(incident),
    isDisputed: opinion?.outcome === "given" && !opinion.agrees,
  };
}

/** The kill switch and the phase. What cannot be read counts as on. */
export async function readAutonomy(): Promise<Pick<GuardrailFacts, "killSwitch" | "phase">> {
  const { system, settings } = services();
  if (settings.PGMEDIC_KILL_SWITCH === "on") return { killSwitch: "on", phase: "shadow" };
  try {
    const { killSwitch, phase } = await system.autonomy();
    return { killSwitch: killSwitch.on ? "on" : "off", phase: await phaseNow(phase) };
  } catch {
    return { killSwitch: "unreadable", phase: "shadow" };
  }
}

/** Directly before a statement one failed read must not end a run for good: nothing goes out, and the step is repeated. */
export function refuseUnreadable({ killSwitch }: Pick<GuardrailFacts, "killSwitch">): void {
  if (killSwitch === "unreadable") throw new Error("the kill switch cannot be read, so it counts as on for now");
}

/** What PgMedic did on this server lately, this run left out. */
async function pastActions(run: Run, now: Date): Promise<Pick<GuardrailFacts, "pastActions" | "unreadablePast">> {
  const since = later(now, -MEMORY_MS).toISOString();
  const { incidents, unreadable } = await services().incidents.listReadable({ serverId: run.serverId, since });
  const others = incidents.filter(({ incidentId }) => incidentId !== run.incidentId);
  return { pastActions: others.flatMap(pastAction), unreadablePast: unreadable.length };
}

function pastAction({ proposal, execution, rollBack }: Incident): PastAction[] {
  if (proposal === null || execution === null) return [];
  const { action } = proposal;
  return [{ kind: action.kind, target: targetOf(action), at: execution.finishedAt, undone: rollBack?.done === true }];
}
