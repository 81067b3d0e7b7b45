import type { Incident } from "../../shared/contracts/incident.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import type { GuardrailFacts, PastAction } from "../../shared/core/guardrails.ts";
import { indexText } from "../../shared/core/index-text.ts";
import { holds } from "../../shared/core/server-lock.ts";
import { DAY_MS, later, MINUTE_MS } from "../../shared/core/time.ts";
import type { Gate } from "../../shared/execution/gates.ts";
import { preconditionsOf } from "../../shared/proposal/build-proposal.ts";
import { services } from "../services.ts";

/** An action that was undone is not proposed again for this long. */
const MEMORY_MS = 30 * DAY_MS;

/** The target of an action, as cooldown and oscillation count it. */
export const targetOf = ({ action }: Pick<ProposedAction, "action">): string =>
  action.kind === "create_index"
    ? indexText(action.parameters.schema, action.parameters.table, action.parameters)
    : `${action.parameters.schema}.${action.parameters.name}`;

export type Consent = GuardrailFacts["consent"];

/** Gathers, afresh, what the guardrails look at. */
export async function guardrailFacts(
  run: Run,
  proposal: ProposedAction,
  gate: Gate,
  consent: Consent,
): Promise<GuardrailFacts> {
  const { servers, metrics, now } = services();
  const server = await servers.read(run.serverId);
  const lock = await servers.lock(run.serverId);
  const autonomy = await readAutonomy();
  const moment = now();
  const { action } = proposal;
  const preconditions =
    gate.table !== null && action.kind === "create_index" ? preconditionsOf(gate.table, action.parameters) : [];
  return {
    killSwitch: autonomy.killSwitch,
    phase: autonomy.phase,
    consent,
    riskClass: proposal.riskClass,
    kind: action.kind,
    target: targetOf(proposal),
    load: gate.load,
    pastActions: await pastActions(run, moment),
    indexesOnTable: gate.table?.indexes.filter(({ index }) => index !== action.parameters.name).length ?? 0,
    estimatedBytes: proposal.blastRadius.estimatedBytes,
    diskFreeBytes:
      server === null
        ? null
        : await metrics.average({
            resourceId: server.resourceId,
            metric: "storage_free",
            from: later(moment, -5 * MINUTE_MS).toISOString(),
            to: moment.toISOString(),
          }),
    oldestTransactionSeconds: gate.oldestTransactionSeconds,
    unmetPreconditions: preconditions
      .filter(({ holds: isMet }) => !isMet)
      .map(({ label, observed }) => `${label} (${observed})`),
    lockHeld: lock !== null && holds({ holder: lock, lastToken: lock.fencingToken }, run.runId, lock.fencingToken),
  };
}

/** The kill switch and the phase. What cannot be read counts as on. */
export async function readAutonomy(): Promise<Pick<GuardrailFacts, "killSwitch" | "phase">> {
  const { system, settings } = services();
  if (settings.PGMEDIC_KILL_SWITCH === "on") return { killSwitch: "on", phase: "shadow" };
  try {
    const { killSwitch, phase } = await system.autonomy();
    return { killSwitch: killSwitch.on ? "on" : "off", phase };
  } catch {
    return { killSwitch: "unreadable", phase: "shadow" };
  }
}

/** What PgMedic did on this server lately, this run left out. */
async function pastActions(run: Run, now: Date): Promise<PastAction[]> {
  const since = later(now, -MEMORY_MS).toISOString();
  const incidents = await services().incidents.list({ serverId: run.serverId, since });
  return incidents.filter(({ incidentId }) => incidentId !== run.incidentId).flatMap(pastAction);
}

function pastAction({ proposal, execution, rollBack }: Incident): PastAction[] {
  if (proposal === null || execution === null) return [];
  const { kind } = proposal.action;
  return [{ kind, target: targetOf(proposal), at: execution.finishedAt, undone: rollBack?.done === true }];
}
