import type { Incident, IncidentState } from "../../shared/contracts/incident.ts";
import type { ResolutionPath } from "../../shared/contracts/outcome.ts";
import type { Run, StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { announced, audited, moved, ownEntry } from "../../shared/core/incident-writes.ts";
import { release } from "../../shared/core/server-lock.ts";
import { SECOND_MS } from "../../shared/core/time.ts";
import { tryRemember } from "../remember.ts";
import { services } from "../services.ts";
import { openUnexplained } from "../unexplained-alerts.ts";

const STATES: Record<ResolutionPath, IncidentState> = {
  humanApproved: "resolved",
  autonomous: "resolved",
  handedOff: "handedOff",
  noAction: "dismissed",
  selfResolved: "dismissed",
  skipped: "dismissed",
  expired: "expired",
  failed: "failed",
  rolledBack: "rolledBack",
};

/** Ends a run: the resolution with the message that announces it, then the lock and the open key, and remembers it. Safe to repeat at any point. */
export async function close(input: StepInput<"close">): Promise<StepOutput<"close">> {
  const { incidents, alerts, servers, outbox, settings, now } = services();
  const { path: asked, because, ...run } = input;
  const moment = now();
  const incident = await incidents.change(run.incidentId, (current) => {
    const path = asked === "executed" ? executedPath(current) : asked;
    return current.resolution?.path === path ? null : closed(current, { run, path, because, now: moment });
  });
  const token = incident.fencingToken;
  if (token !== null) {
    await servers.changeLock(run.serverId, (state) => ({ next: release(state, run.runId, token), answer: null }));
  }
  const { incidentId, correlationKey } = incident;
  await alerts.closeOpen({ incidentId, correlationKey });
  // A run that failed before it knew anything has explained nothing.
  if (incident.diagnosis === null) await openUnexplained(incident);
  await outbox.tryRelay(run.incidentId);
  await tryRemember(incident);
  const isOpenEnded = incident.verification?.verdict === "inconclusive" && incident.rollBack === null;
  return { followUpMs: isOpenEnded ? settings.PGMEDIC_FOLLOW_UP_SECONDS * SECOND_MS : null };
}

const executedPath = ({ decision }: Incident): ResolutionPath =>
  decision?.by.kind === "person" ? "humanApproved" : "autonomous";

type Closing = { run: Run; path: ResolutionPath; because: string; now: Date };

function closed(incident: Incident, { run, path, because, now }: Closing): Incident | null {
  const completion = announced("run-events", `${run.runId}-completion-${path}`, {
    schemaVersion: 1,
    type: "completion",
    incidentId: run.incidentId,
    serverId: run.serverId,
    runId: run.runId,
    outcome: path,
    figures: incident.verification,
    fencingToken: incident.fencingToken,
    lockReleased: true,
  });
  const entry = ownEntry("close", because, now);
  const set = { resolution: { path, because, at: entry.at }, memoryDue: true };
  const outbox = [audited("closed", entry.at, { key: `${run.runId}-${path}`, path, because }), completion];
  const to = STATES[path];
  // A wait that ran out has already moved the incident; only its resolution is missing.
  if (incident.state === to) return { ...noted(incident, entry), ...set, outbox: [...incident.outbox, ...outbox] };
  return moved(incident, { to, entry, set, outbox });
}
