import type { Incident } from "../../shared/contracts/incident.ts";
import type { Verification } from "../../shared/contracts/outcome.ts";
import type { Run, StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { audited, ownEntry } from "../../shared/core/incident-writes.ts";
import { SECOND_MS } from "../../shared/core/time.ts";
import { judge } from "../../shared/core/verdict.ts";
import { figuresOf } from "../../shared/investigation/figures.ts";
import { intervalBetween } from "../../shared/investigation/interval.ts";
import { services } from "../services.ts";
import { figuresBefore, snapshotAfter, snapshotNow } from "./execution-record.ts";
import { theIncident, theRemedy, theServer } from "./subject.ts";

/**
 * Compares the target statements before the action and since. An inconclusive window is followed by one twice as long, up to a limit.
 * Repeating a window answers its first result.
 */
export async function verify(input: StepInput<"verify">): Promise<StepOutput<"verify">> {
  const { incidents, outbox, settings } = services();
  const { window, isFollowUp, ...run } = input;
  const incident = await theIncident(run);
  const known = incident.verification?.window === window ? incident.verification : null;
  const verification = known ?? (await compare(run, incident, window));
  const { verdict, because } = verification;
  const isLast = verdict !== "inconclusive" || isFollowUp || window >= settings.PGMEDIC_VERIFY_WINDOWS;
  await incidents.change(run.incidentId, (current) => verified(current, run, verification, isLast));
  await outbox.tryRelay(run.incidentId);
  const nextWindowMs = isLast ? null : Math.round(settings.PGMEDIC_VERIFY_SECONDS * SECOND_MS * 2 ** (window - 1));
  return { verdict, because, nextWindowMs };
}

async function compare(run: Run, { execution }: Incident, window: number): Promise<Verification> {
  const { metrics, snapshots, now } = services();
  const start = await snapshotAfter(run);
  if (execution === null || start === null) throw new Error("nothing was executed that could be verified");
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
  const indexScans = interval.indexScans.get(execution.objectOid) ?? 0;
  const judgement =
    start.epoch === end.epoch
      ? judge({ before, after, indexScans })
      : { verdict: "inconclusive" as const, because: "the server's statistics were reset meanwhile" };
  return { ...judgement, before, after, indexScans, window, verifiedAt: now().toISOString() };
}

// The CPU just after a build still shows the build: the later half of the window is the steady state.
const laterHalf = ({ from, to }: { from: string; to: string }): string =>
  new Date((Date.parse(from) + Date.parse(to)) / 2).toISOString();

function verified(incident: Incident, { runId }: Run, verification: Verification, isLast: boolean): Incident | null {
  const { before, after, verdict, because, window, verifiedAt } = verification;
  if (incident.verification?.window === window) return null;
  const next = { ...incident, verification };
  if (!isLast) return next;
  const text = `${LABELS[verdict]}: ${because} (mean ${before.meanMs.toFixed(2)} → ${after.meanMs.toFixed(2)} ms, ${after.calls} calls).`;
  const audit = audited("verified", verifiedAt, { key: `${runId}-${window}`, verdict, because, before, after });
  return {
    ...noted(next, ownEntry("verification", text, new Date(verifiedAt))),
    outbox: [...incident.outbox, audit],
  };
}

const LABELS: Record<Verification["verdict"], string> = {
  improved: "Improved",
  no_effect: "No effect",
  regressed: "Made worse",
  inconclusive: "Inconclusive, and kept",
};
