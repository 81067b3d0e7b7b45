import { nextActionsFor } from "../catalogue/next-actions.ts";
import { relationOf } from "../contracts/actions.ts";
import type { Diagnosis, ProvenCause, Rejected } from "../contracts/diagnosis.ts";
import type { Remedy } from "../contracts/remedy.ts";
import { shortened } from "../core/cut-text.ts";
import { severityOf } from "../core/severity.ts";
import type { Proven } from "./causes/suspicion.ts";
import { type Decision, explains, inWords } from "./decide.ts";
import { type Followed, followedDown } from "./drill-down.ts";
import { evidenceOf } from "./evidence.ts";
import { figuresOf } from "./figures.ts";
import type { InvestigationRequest } from "./investigate.ts";
import type { Observed } from "./observed.ts";
import { seenBefore, tableOf } from "./seen-before.ts";

type WithoutCost<D> = D extends unknown ? Omit<D, "cost" | "durationMs" | "diagnosedAt"> : never;
type DiagnosisWithoutCost = WithoutCost<Diagnosis>;
export type Concluded = { diagnosis: DiagnosisWithoutCost; remedy: Remedy | null };

/** Statement time per second and core (ms) above which a server is working hard enough that an alert needs an explanation. */
const HARD_WORK_MS = 300;

/** Weighs what was seen: proven causes in order, load that is meant to be there, nothing wrong, or what nothing here explains. */
export function concludeFrom(seen: Observed, request: InvestigationRequest): Concluded {
  const followed = followedDown(seen, request, needsExplanation(seen));
  const { decision } = followed;
  const first = answerOf(seen, decision);
  const common = commonOf(seen, request, followed);
  if (first !== undefined) {
    const { cause, statement: summary, recommendation, mending } = first;
    if (cause === "expected_load") return { diagnosis: { verdict: "expected", ...common, summary }, remedy: null };
    if (mending === null) {
      const recommendations = [recommendation, ...decision.proven.slice(1).map((other) => other.recommendation)];
      return { diagnosis: { verdict: "handoff", cause, ...common, summary, recommendations }, remedy: null };
    }
    return { diagnosis: { verdict: "cause", cause, ...common, summary }, remedy: remedyOf(seen, request, first) };
  }
  if (needsExplanation(seen)) return { diagnosis: unexplained(seen, common), remedy: null };
  return { diagnosis: { verdict: "healthy", ...common, summary: healthy(seen) }, remedy: null };
}

/** What does not explain the complaint is worth acting on only when nothing else is going on. */
function answerOf(seen: Observed, { proven }: Decision): Proven | undefined {
  const [first] = proven;
  if (first === undefined || explains(seen, first)) return first;
  return proven.some(({ cause }) => cause === "expected_load") ? undefined : first;
}

/** Why the investigator cannot know what the server does; null when it can. Seeing nothing is no sign of health. */
function blindness({ facts }: Observed): string | null {
  if (facts.statements_schema === null) return "pg_stat_statements is not there for its role";
  return facts.sees_all ? null : "its role is no member of pg_monitor";
}

const needsExplanation = (seen: Observed): boolean => blindness(seen) !== null || isWorkingHard(seen);

const isWorkingHard = ({ interval, server, load, cpuPercent }: Observed): boolean =>
  load !== "clear" ||
  (cpuPercent ?? 0) > 80 ||
  interval.totalMs / Math.max(interval.seconds, 1) > HARD_WORK_MS * server.vCores;

const healthy = ({ interval }: Observed): string =>
  `Nothing is wrong: statements took ${Math.round(interval.totalMs)} ms in ${Math.round(interval.seconds)} s, and no session waits.`;

function unexplained(seen: Observed, common: ReturnType<typeof commonOf>): DiagnosisWithoutCost {
  const recommendations = seen.interval.statements
    .slice(0, 3)
    .map(
      ({ key, calls, meanMs }) =>
        `Look at statement ${key.split("/")[1]}: ${calls} calls of ${meanMs.toFixed(1)} ms on average.`,
    );
  const blind = blindness(seen);
  if (blind !== null)
    recommendations.unshift("Let the server be checked: the answer has the SQL that lets PgMedic see what it does.");
  const summary =
    blind === null
      ? "The server is working hard, and none of the causes that PgMedic knows explains it."
      : `PgMedic cannot see what the server spends its time on: ${blind}.`;
  return { verdict: "unexplained", ...common, summary, recommendations };
}

function commonOf(seen: Observed, request: InvestigationRequest, { decision, path }: Followed) {
  const { interval, basis, load } = seen;
  const { evidence, findings } = evidenceOf(seen, decision);
  const [first] = decision.proven;
  const { findings: fromMemory, ...remembered } = seenBefore(seen, request, {
    answer: answerOf(seen, decision),
    findings,
    self: selfConfidence(seen, first),
    evidence: Math.min(1, evidence.length / 6),
  });
  return {
    severity: severityOf({
      alertSeverity: request.alertSeverity,
      tier: request.server.tier,
      environment: request.server.environment,
      shareOfTime: first?.impact ?? 0,
      saturated: load === "saturated",
    }),
    load,
    interval: { basis, from: interval.from, to: interval.to },
    evidence,
    findings: [...findings, ...fromMemory],
    rejected: rejectedOf(seen, decision),
    causes: decision.proven.map((one) => provenCause(seen, one)),
    nextActions: nextActionsFor(first?.cause ?? null, aboutOf(first)),
    playbook: request.playbook.name,
    drilledDown: path.slice(1).map(({ name }) => name),
    notSeen: [...seen.notSeen],
    ...remembered,
  };
}

function provenCause(seen: Observed, one: Proven): ProvenCause {
  const { cause, subject, statement, mending, recommendation } = one;
  const impact = Math.round(one.impact * 1_000) / 1_000;
  const action = mending?.action.kind ?? null;
  return { cause, subject, table: tableOf(seen, one), statement, impact, action, recommendation };
}

function aboutOf(first: Proven | undefined) {
  const action = first?.mending?.action;
  const table = action === undefined ? null : relationOf(action);
  return { table: table ?? undefined, statementKey: first?.mending?.targets?.[0]?.queryId };
}

const MOST_REJECTED = 60;

function rejectedOf(seen: Observed, { rejected }: Decision): Rejected[] {
  return [
    ...rejected.map(({ cause, subject, because }) => ({ what: `${inWords(cause)}: ${subject}`, because })),
    ...seen.advice.rejected.map(({ what, because }) => ({ what: `index ${what}`, because })),
    ...seen.advice.unplanned.map(({ key, because }) => ({
      what: `statement ${key.split("/")[1]}`,
      because: `not planned: ${because}`,
    })),
    ...seen.advice.problems.map((problem) => ({ what: "the planner clone", because: problem })),
  ].slice(0, MOST_REJECTED);
}

/** Certain unless something that the conclusion rests on is thin: a short interval, few calls, no column statistics. */
function selfConfidence({ basis, interval, catalog, notSeen }: Observed, first: Proven | undefined): number {
  const calls = (first?.mending?.targets ?? []).map(
    ({ queryId }) => interval.statements.find(({ key }) => key === queryId)?.calls ?? 0,
  );
  const hasFewCalls = calls.length > 0 && Math.max(...calls) < 30;
  const lacksStatistics =
    catalog !== null && catalog.tables.some(({ statistics, rows }) => statistics.length === 0 && rows > 0);
  const thin = [basis === "two_samples", lacksStatistics].filter(Boolean).length * 0.15;
  return Math.max(0.3, 0.97 - thin - (hasFewCalls ? 0.1 : 0) - (notSeen.length > 0 ? 0.05 : 0));
}

function remedyOf(seen: Observed, request: InvestigationRequest, { cause, mending }: Proven): Remedy | null {
  if (mending === null) return null;
  const targets = mending.targets ?? [];
  return {
    incidentId: request.incidentId,
    cause,
    database: seen.facts.database,
    action: mending.action,
    note: mending.note,
    estimatedBytes: mending.estimatedBytes ?? 0,
    writesPerSecond: mending.writesPerSecond ?? 0,
    targets: targets.map(shortened),
    figures:
      targets.length === 0
        ? null
        : figuresOf(
            seen.interval,
            targets.map(({ queryId }) => queryId),
            seen.cpuPercent,
          ),
    judgedBy: mending.judgedBy,
  };
}
