import type { Incident } from "../../shared/contracts/incident.ts";
import type { JudgedBy, Measure } from "../../shared/contracts/measure.ts";
import type { Execution, Verification } from "../../shared/contracts/outcome.ts";
import type { Run, StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { audited, ownEntry } from "../../shared/core/incident-writes.ts";
import { SECOND_MS } from "../../shared/core/time.ts";
import { type Judgement, judge, judgeMeasure } from "../../shared/core/verdict.ts";
import { isMetric, isMomentary, measureOver, readMeasure } from "../../shared/execution/read-measure.ts";
import { figuresOf } from "../../shared/investigation/figures.ts";
import { type Interval, intervalBetween } from "../../shared/investigation/interval.ts";
import { measureText } from "../../shared/proposal/build-proposal.ts";
import { tryRemember } from "../remember.ts";
import { services } from "../services.ts";
import { keepServer } from "./acquire-lock.ts";
import { figuresBefore, measureBefore, snapshotAfter, snapshotNow } from "./execution-record.ts";
import { theIncident, theRemedy, theServer } from "./subject.ts";
import { asInvestigatorOf } from "./target.ts";

/**
 * Compares what the action is judged by before it and since. An inconclusive window is followed by one twice as long, up to a limit.
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
  const changed = await incidents.change(run.incidentId, (current) => verified(current, run, verification, isLast));
  await outbox.tryRelay(run.incidentId);
  await tryRemember(changed);
  const nextWindowMs = isLast ? null : Math.round(settings.PGMEDIC_VERIFY_SECONDS * SECOND_MS * 2 ** (window - 1));
  if (nextWindowMs !== null) await keepServer(run, nextWindowMs);
  return { verdict, because, nextWindowMs };
}

type Compared = {
  run: Run;
  execution: Execution;
  interval: Interval;
  window: number;
  /** Counters that began again meanwhile cannot be compared. */
  isComparable: boolean;
};

async function compare(run: Run, { execution, proposal }: Incident, window: number): Promise<Verification> {
  const { snapshots } = services();
  const start = await snapshotAfter(run);
  if (execution === null || proposal === null || start === null)
    throw new Error("nothing was executed that could be verified");
  const end = await snapshotNow(run, await theServer(run));
  await snapshots.add(end);
  const isComparable = start.epoch === end.epoch;
  const compared = { run, execution, interval: intervalBetween(start, end), window, isComparable };
  const { judgedBy } = proposal;
  return judgedBy.basis === "measure"
    ? compareMeasure(compared, judgedBy)
    : compareStatements(compared, judgedBy.figure, proposal.action.kind === "create_index");
}

const NO_FIGURE: Judgement = { verdict: "inconclusive", because: "Azure Monitor has no figure of it yet" };
const RESET: Judgement = { verdict: "inconclusive", because: "the server's statistics were reset meanwhile" };
type Figure = Extract<JudgedBy, { basis: "statements" }>["figure"];

async function compareStatements(compared: Compared, figure: Figure, isIndex: boolean): Promise<Verification> {
  const { metrics, now } = services();
  const { run, execution, interval, window, isComparable } = compared;
  const { resourceId } = await theServer(run);
  const cpu = { resourceId, metric: "cpu_percent", from: laterHalf(interval), to: interval.to } as const;
  const { targets } = await theRemedy(run);
  const after = figuresOf(
    interval,
    targets.map(({ queryId }) => queryId),
    await metrics.average(cpu),
  );
  const before = await figuresBefore(run);
  const indexScans =
    isIndex && execution.objectOid !== null ? (interval.indexScans.get(execution.objectOid) ?? 0) : null;
  const judgement = isComparable ? judge({ before, after, indexScans, figure }) : RESET;
  return { basis: "statements", ...judgement, before, after, indexScans, window, verifiedAt: now().toISOString() };
}

async function compareMeasure(
  { run, execution, interval, window, isComparable }: Compared,
  { measure, from, goal, direction }: Extract<JudgedBy, { basis: "measure" }>,
): Promise<Verification> {
  const before = await measureBefore(run, from);
  const after = await measured(run, measure, interval, execution.objectOid);
  const name = measureText(measure.name);
  // A metric is no counter: it goes on over a restart of the server.
  const isKnown = after !== null && (isComparable || isMetric(measure));
  const unknown = isMetric(measure) ? NO_FIGURE : RESET;
  const judgement = isKnown ? judgeMeasure({ name, before, after, goal, direction }) : unknown;
  const verifiedAt = services().now().toISOString();
  return { basis: "measure", ...judgement, measure: name, before, after: after ?? before, goal, window, verifiedAt };
}

async function measured(run: Run, measure: Measure, interval: Interval, oid: number | null): Promise<number | null> {
  if (isMomentary(measure)) return asInvestigatorOf(run, (session) => readMeasure(session, measure));
  if (!isMetric(measure)) return measureOver(interval, measure, oid);
  const { resourceId } = await theServer(run);
  return services().metrics.average({ resourceId, metric: measure.name, from: laterHalf(interval), to: interval.to });
}

// The CPU just after a build still shows the build: the later half of the window is the steady state.
const laterHalf = ({ from, to }: { from: string; to: string }): string =>
  new Date((Date.parse(from) + Date.parse(to)) / 2).toISOString();

function verified(incident: Incident, { runId }: Run, verification: Verification, isLast: boolean): Incident | null {
  const { before, after, verdict, because, window, verifiedAt } = verification;
  if (incident.verification?.window === window) return null;
  const next = { ...incident, verification };
  if (!isLast) return next;
  const text = `${LABELS[verdict]}: ${because}${figuresText(verification)}.`;
  const audit = audited("verified", verifiedAt, { key: `${runId}-${window}`, verdict, because, before, after });
  return {
    ...noted(next, ownEntry("verification", text, new Date(verifiedAt))),
    outbox: [...incident.outbox, audit],
    // What is looked at once more was remembered without proof.
    memoryDue: incident.resolution !== null,
  };
}

function figuresText(verification: Verification): string {
  if (verification.basis === "measure") return "";
  const { before, after } = verification;
  return ` (mean ${before.meanMs.toFixed(2)} → ${after.meanMs.toFixed(2)} ms, ${after.calls} calls)`;
}

const LABELS: Record<Verification["verdict"], string> = {
  improved: "Improved",
  no_effect: "No effect",
  regressed: "Made worse",
  inconclusive: "Inconclusive, and kept",
};
