import type { Choice } from "../advisor/choose-index.ts";
import type { Evidence, Finding } from "../contracts/diagnosis.ts";
import { keyText } from "../core/index-text.ts";
import { percentText } from "../core/percent.ts";
import type { Facts } from "./conclude.ts";

/** A share of 0–1 in percent. */
export const percent = (share: number): string => percentText(share * 100);
const round = (figure: number): number => Math.round(figure * 100) / 100;
const figure = (value: number): string => Math.round(value).toLocaleString("en");

/** What was observed, as far as the conclusion rests on it. */
export function evidenceOf(found: Facts, choice: Choice | null): Evidence[] {
  const { activity, interval, cpuPercent, load } = found;
  const general: Evidence[] = [
    {
      id: "activity",
      source: "pg_stat_activity",
      summary: `${activity.active} sessions work, ${activity.waiting_for_locks} wait for a lock, ${activity.connections} are connected: ${load}.`,
      facts: {
        active: activity.active,
        waitingForLocks: activity.waiting_for_locks,
        connections: activity.connections,
      },
    },
    {
      id: "statement-time",
      source: "pg_stat_statements",
      summary: `Statements took ${figure(interval.totalMs)} ms in ${round(interval.seconds)} s.`,
      facts: {
        totalMs: round(interval.totalMs),
        seconds: round(interval.seconds),
        statements: interval.statements.length,
      },
    },
  ];
  if (cpuPercent !== null) {
    const summary = `CPU was at ${percentText(cpuPercent)} on average.`;
    general.push({ id: "cpu", source: "metric", summary, facts: { cpuPercent: round(cpuPercent) } });
  }
  return choice === null ? general : [...general, ...evidenceOfChoice(found, choice)];
}

const NO_READS = { seqScans: 0, seqTuples: 0 };
const NO_CALLS = { calls: 0, meanMs: 0, blocksPerCall: 0 };

function evidenceOfChoice({ interval }: Facts, { candidate: { table, shape }, gains, bytes }: Choice): Evidence[] {
  const { seqScans, seqTuples } = interval.tables.get(table.oid) ?? NO_READS;
  const columns = shape.keys.map(keyText).join(", ");
  return [
    ...gains.map((gain, position) => statementEvidence(interval, gain, position + 1)),
    {
      id: "table-reads",
      source: "pg_stat_user_tables",
      summary: `${table.table} was read from end to end ${seqScans} times, ${figure(seqTuples)} rows in all.`,
      facts: { table: table.table, seqScans, seqTuples, rows: table.rows, bytes: table.bytes },
    },
    {
      id: "no-index",
      source: "pg_index",
      summary: noIndexText(table.table, table.indexes.length, columns),
      facts: { indexes: table.indexes.length, columns },
    },
    ...gains.slice(0, 1).map(({ before, after }): Evidence => ({
      id: "what-if",
      source: "planner_clone",
      summary: `With the index the plan costs ${figure(after.cost)} instead of ${figure(before.cost)}.`,
      facts: { before: round(before.cost), after: round(after.cost), indexBytes: bytes },
    })),
  ];
}

function noIndexText(table: string, count: number, columns: string): string {
  if (count === 0) return `${table} has no index.`;
  return count === 1
    ? `The only index of ${table} does not begin with ${columns}.`
    : `None of the ${count} indexes of ${table} begins with ${columns}.`;
}

function statementEvidence(
  interval: Facts["interval"],
  { statement }: Choice["gains"][number],
  number: number,
): Evidence {
  const delta = interval.statements.find(({ key }) => key === statement.key) ?? NO_CALLS;
  const share = statement.totalMs / interval.totalMs;
  const { calls, meanMs, blocksPerCall } = delta;
  return {
    id: `statement-${number}`,
    source: "pg_stat_statements",
    summary: `${calls} calls of ${round(meanMs)} ms, ${figure(blocksPerCall)} blocks each: ${percent(share)} of the time.`,
    facts: {
      queryId: statement.key,
      calls,
      meanMs: round(meanMs),
      blocksPerCall: round(blocksPerCall),
      share: round(share),
    },
  };
}

/** What speaks for the conclusion, and what against it. */
export function findingsOf(found: Facts, choice: Choice | null, evidence: readonly Evidence[]): Finding[] {
  const findings: Finding[] = [];
  const add = (stance: Finding["stance"], statement: string, evidenceIds: string[]): void => {
    findings.push({ id: `finding-${findings.length + 1}`, stance, statement, evidenceIds });
  };
  if (choice !== null) {
    const { table, shape } = choice.candidate;
    const columns = shape.keys.map(keyText).join(", ");
    const statementIds = evidence
      .filter(({ id }) => id.startsWith("statement-") && id !== "statement-time")
      .map(({ id }) => id);
    add("for", `A few statements on ${table.table} take most of the statement time.`, [
      "statement-time",
      ...statementIds,
    ]);
    add("for", `${table.table} is read from end to end, and no index begins with ${columns}.`, [
      "table-reads",
      "no-index",
    ]);
    add("for", "The server's own planner rules choose the index as soon as it is there.", ["what-if"]);
    if (choice.writesPerSecond > 0) {
      add(
        "against",
        `The table takes ${round(choice.writesPerSecond)} written rows a second, which the index slows a little.`,
        ["table-reads"],
      );
    }
  }
  if (found.basis === "two_samples") {
    add("against", "There was no fresh snapshot: the interval is two samples, two seconds apart.", ["statement-time"]);
  }
  if (found.activity.waiting_for_locks > 0)
    add("against", "Sessions wait for locks, which no index mends.", ["activity"]);
  return findings;
}
