import type { Advice, Choice } from "../advisor/choose-index.ts";
import { candidateName } from "../advisor/candidates.ts";
import type { Catalog } from "../advisor/catalog.ts";
import type { Activity } from "../catalogue/diagnostics/activity.ts";
import type { ServerFacts } from "../catalogue/diagnostics/server-facts.ts";
import type { Diagnosis } from "../contracts/diagnosis.ts";
import type { Remedy } from "../contracts/remedy.ts";
import type { LoadVerdict } from "../contracts/taxonomy.ts";
import { keyText } from "../core/index-text.ts";
import { confidenceOf } from "../core/confidence.ts";
import { severityOf } from "../core/severity.ts";
import { evidenceOf, findingsOf, percent } from "./evidence.ts";
import { figuresOf } from "./figures.ts";
import type { Interval } from "./interval.ts";
import type { InvestigationRequest } from "./investigate.ts";

/** Everything that an investigation found out. */
export type Facts = {
  request: InvestigationRequest;
  facts: ServerFacts;
  interval: Interval;
  basis: "last_snapshot" | "two_samples";
  activity: Activity;
  load: LoadVerdict;
  cpuPercent: number | null;
  advice: Advice;
  catalog: Catalog | null;
};
type Concluded = { diagnosis: DiagnosisWithoutCost; remedy: Remedy | null };
type WithoutCost<D> = D extends unknown ? Omit<D, "cost" | "durationMs" | "diagnosedAt"> : never;
type DiagnosisWithoutCost = WithoutCost<Diagnosis>;

/** A cause must take at least this share of the statement time: below it, mending it would not be felt. */
const SHARE_TO_BLAME = 0.2;
/** Statement time per second and core (ms) above which a server is working hard enough that an alert needs an explanation. */
const HARD_WORK_MS = 300;

/** Weighs the facts: a proven cause, nothing wrong, or load that nothing here explains. */
export function concludeFrom(found: Facts): Concluded {
  const { advice, interval } = found;
  const { choice } = advice;
  const share = choice === null || interval.totalMs === 0 ? 0 : choice.savedMs / interval.totalMs;
  const wasScanned = choice !== null && (interval.tables.get(choice.candidate.table.oid)?.seqScans ?? 0) > 0;
  if (choice !== null && share >= SHARE_TO_BLAME && wasScanned) return missingIndex(found, choice, share);
  const common = commonOf(found, null, share);
  if (choice !== null) {
    const because = wasScanned
      ? `it would save only ${percent(share)} of the statement time`
      : "its table was not read from end to end";
    common.rejected.unshift({ what: candidateName(choice.candidate), because });
  }
  return {
    diagnosis: needsExplanation(found)
      ? unexplained(found, common)
      : { verdict: "healthy", ...common, summary: healthy(found) },
    remedy: null,
  };
}

/** Why the investigator cannot know what the server does; null when it can. Seeing nothing is no sign of health. */
function blindness({ facts }: Facts): string | null {
  if (facts.statements_schema === null) return "pg_stat_statements is not there for its role";
  return facts.sees_all ? null : "its role is no member of pg_monitor";
}

const needsExplanation = (found: Facts): boolean => blindness(found) !== null || isWorkingHard(found);

const isWorkingHard = ({ interval, request, load, cpuPercent }: Facts): boolean =>
  load !== "clear" ||
  (cpuPercent ?? 0) > 80 ||
  interval.totalMs / Math.max(interval.seconds, 1) > HARD_WORK_MS * request.server.vCores;

const healthy = ({ interval }: Facts): string =>
  `Nothing is wrong: statements took ${Math.round(interval.totalMs)} ms in ${Math.round(interval.seconds)} s, and no session waits.`;

function unexplained(found: Facts, common: ReturnType<typeof commonOf>): DiagnosisWithoutCost {
  const recommendations = found.interval.statements
    .slice(0, 3)
    .map(
      ({ key, calls, meanMs }) =>
        `Look at statement ${key.split("/")[1]}: ${calls} calls of ${meanMs.toFixed(1)} ms on average.`,
    );
  const blind = blindness(found);
  if (blind !== null) {
    recommendations.unshift("Let the server be checked: the answer has the SQL that lets PgMedic see what it does.");
  }
  const summary =
    blind === null
      ? "The server is working hard, and none of the causes that PgMedic knows explains it."
      : `PgMedic cannot see what the server spends its time on: ${blind}.`;
  return { verdict: "unexplained", ...common, summary, recommendations };
}

function missingIndex(found: Facts, choice: Choice, share: number): Concluded {
  const { table, shape } = choice.candidate;
  const columns = shape.keys.map(keyText).join(", ");
  const summary = `${table.table} is read from end to end because no index begins with ${columns}: ${percent(share)} of the statement time.`;
  const diagnosis = { verdict: "cause", cause: "missing_index", ...commonOf(found, choice, share), summary } as const;
  return { diagnosis, remedy: remedyOf(found, choice) };
}

function commonOf(found: Facts, choice: Choice | null, share: number) {
  const { request, interval, basis, load, advice } = found;
  const evidence = evidenceOf(found, choice);
  const severity = severityOf({
    alertSeverity: request.alertSeverity,
    tier: request.server.tier,
    environment: request.server.environment,
    shareOfTime: choice === null ? 0 : share,
    saturated: load === "saturated",
  });
  return {
    severity,
    load,
    interval: { basis, from: interval.from, to: interval.to },
    evidence,
    findings: findingsOf(found, choice, evidence),
    rejected: [
      ...advice.rejected.map(({ what, because }) => ({ what: `index ${what}`, because })),
      ...advice.unplanned.map(({ key, because }) => ({
        what: `statement ${key.split("/")[1]}`,
        because: `not planned: ${because}`,
      })),
      ...advice.problems.map((problem) => ({ what: "the planner clone", because: problem })),
    ],
    confidence: confidenceOf({
      self: selfConfidence(found, choice),
      validator: null,
      retrieval: null,
      evidence: Math.min(1, evidence.length / 6),
    }),
  };
}

/** Certain unless something that the conclusion rests on is thin: a short interval, few calls, no column statistics. */
function selfConfidence({ basis, interval, catalog }: Facts, choice: Choice | null): number {
  const calls =
    choice?.gains.map(({ statement }) => interval.statements.find(({ key }) => key === statement.key)?.calls ?? 0) ??
    [];
  const hasFewCalls = choice !== null && Math.max(...calls) < 30;
  const lacksStatistics =
    catalog !== null && catalog.tables.some(({ statistics, rows }) => statistics.length === 0 && rows > 0);
  return 0.97 - (basis === "two_samples" ? 0.15 : 0) - (hasFewCalls ? 0.1 : 0) - (lacksStatistics ? 0.15 : 0);
}

function remedyOf({ request, facts, interval, cpuPercent }: Facts, choice: Choice): Remedy {
  const { table, shape } = choice.candidate;
  return {
    incidentId: request.incidentId,
    kind: "create_index",
    database: facts.database,
    schema: table.schema,
    table: table.table,
    tableOid: table.oid,
    tableOwner: table.owner,
    tableRows: table.rows,
    tableBytes: table.bytes,
    indexesOnTable: table.indexes.length,
    takenNames: table.indexes.map(({ index }) => index),
    shape,
    estimatedBytes: choice.bytes,
    writesPerSecond: choice.writesPerSecond,
    figures: figuresOf(
      interval,
      choice.gains.map(({ statement }) => statement.key),
      cpuPercent,
    ),
    targets: choice.gains
      .map(({ statement, before, after }) => {
        const delta = interval.statements.find(({ key }) => key === statement.key);
        return {
          queryId: statement.key,
          query: statement.query,
          callsPerSecond: (delta?.calls ?? 0) / Math.max(interval.seconds, 1),
          meanMs: delta?.meanMs ?? 0,
          blocksPerCall: delta?.blocksPerCall ?? 0,
          shareOfTime: Math.min(1, statement.totalMs / interval.totalMs),
          before,
          after,
        };
      })
      .toSorted((a, b) => b.shareOfTime - a.shareOfTime),
  };
}
