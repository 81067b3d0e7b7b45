import type { Incident } from "../../shared/contracts/incident.ts";
import type { Verification } from "../../shared/contracts/outcome.ts";
import type { StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { ownEntry } from "../../shared/core/incident-writes.ts";
import { SECOND_MS } from "../../shared/core/time.ts";
import { judge } from "../../shared/core/verdict.ts";
import { figuresOf } from "../../shared/investigation/figures.ts";
import { intervalBetween } from "../../shared/investigation/interval.ts";
import { services } from "../services.ts";
import { figuresBefore, snapshotAfter, snapshotNow } from "./execution-record.ts";
import { theIncident, theRemedy, theServer } from "./subject.ts";

/** Compares the target statements before the action and since. An inconclusive window is followed by one twice as long, up to a limit. */
export async function verify(input: StepInput<"verify">): Promise<StepOutput<"verify">> {
  const { incidents, metrics, settings, snapshots, now } = services();
  const { window, isFollowUp, ...run } = input;
  const incident = await theIncident(run);
  const start = await snapshotAfter(run);
  if (incident.execution === null || start === null) throw new Error("nothing was executed that could be verified");

  const server = await theServer(run);
  const end = await snapshotNow(run, server);
  await snapshots.add(end);
  const { targets } = await theRemedy(run);
  const interval = intervalBetween(start, end);
  const cpu = {
    resourceId: server.resourceId,
    metric: "cpu_percent",
    from: laterHalf(interval),
    to: interval.to,
  } as const;
  const after = figuresOf(
    interval,
    targets.map(({ queryId }) => queryId),
    await metrics.average(cpu),
  );
  const before = await figuresBefore(run);
  const indexScans = interval.indexScans.get(incident.execution.objectOid) ?? 0;
  const judgement =
    start.epoch === end.epoch
      ? judge({ before, after, indexScans })
      : { verdict: "inconclusive" as const, because: "the server's statistics were reset meanwhile" };
  const verification: Verification = {
    ...judgement,
    before,
    after,
    indexScans,
    window,
    verifiedAt: now().toISOString(),
  };
  const isLast = judgement.verdict !== "inconclusive" || isFollowUp || window >= settings.PGMEDIC_VERIFY_WINDOWS;
  await incidents.change(run.incidentId, (current) => verified(current, verification, isLast));
  if (isLast) {
    const detail = {
      key: `${run.runId}-${window}`,
      verdict: judgement.verdict,
      because: judgement.because,
      before,
      after,
    };
    await incidents.appendAudit({ incidentId: run.incidentId, at: verification.verifiedAt, what: "verified", detail });
  }
  const nextWindowMs = isLast ? null : Math.round(settings.PGMEDIC_VERIFY_SECONDS * SECOND_MS * 2 ** (window - 1));
  return { ...judgement, nextWindowMs };
}

// The CPU just after a build still shows the build: the later half of the window is the steady state.
const laterHalf = ({ from, to }: { from: string; to: string }): string =>
  new Date((Date.parse(from) + Date.parse(to)) / 2).toISOString();

function verified(incident: Incident, verification: Verification, isLast: boolean): Incident | null {
  if (incident.verification?.window === verification.window && incident.verification.verdict === verification.verdict)
    return null;
  const { before, after, verdict, because } = verification;
  const text = `${LABELS[verdict]}: ${because} (mean ${before.meanMs.toFixed(2)} → ${after.meanMs.toFixed(2)} ms, ${after.calls} calls).`;
  const next = { ...incident, verification };
  return isLast ? noted(next, ownEntry("verification", text, new Date(verification.verifiedAt))) : next;
}

const LABELS: Record<Verification["verdict"], string> = {
  improved: "Improved",
  no_effect: "No effect",
  regressed: "Made worse",
  inconclusive: "Inconclusive, and kept",
};
