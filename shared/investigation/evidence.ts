import type { Choice } from "../advisor/choose-index.ts";
import type { Evidence, Finding } from "../contracts/diagnosis.ts";
import type { Facts } from "./conclude.ts";

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
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
    const summary = `CPU was at ${Math.round(cpuPercent)} % on average.`;
    general.push({ id: "cpu", source: "metric", summary, facts: { cpuPercent: round(cpuPercent) } });
  }
  return choice === null ? general : [...general, ...evidenceOfChoice(found, choice)];
}

function evidenceOfChoice({ interval }: Facts, choice: Choice): Evidence[] {
  const { table, keys } = choice.candidate;
  const reads = interval.tables.get(table.oid);
  const statements = choice.gains.map(({ statement }, position): Evidence => {
    const delta = interval.statements.find(({ key }) => key === statement.key);
    const share = statement.totalMs / interval.totalMs;
    return {
      id: `statement-${position + 1}`,
      source: "pg_stat_statements",
      summary: `${delta?.calls ?? 0} calls of ${round(delta?.meanMs ?? 0)} ms, ${figure(delta?.blocksPerCall ?? 0)} blocks each: ${percent(share)} of the time.`,
      facts: {
        queryId: statement.key,
        calls: delta?.calls ?? 0,
        meanMs: round(delta?.meanMs ?? 0),
        blocksPerCall: round(delta?.blocksPerCall ?? 0),
        share: round(share),
      },
    };
  });
  const [gain] = choice.gains;
  const columns = keys.map(({ column }) => column).join(", ");
  return [
    ...statements,
    {
      id: "table-reads",
      source: "pg_stat_user_tables",
      summary: `${table.table} was read from end to end ${reads?.seqScans ?? 0} times, ${figure(reads?.seqTuples ?? 0)} rows in all.`,
      facts: {
        table: table.table,
        seqScans: reads?.seqScans ?? 0,
        seqTuples: reads?.seqTuples ?? 0,
        rows: table.rows,
        bytes: table.bytes,
      },
    },
    {
      id: "no-index",
      source: "pg_index",
      summary: `None of the ${table.indexes.length} indexes of ${table.table} begins with ${columns}.`,
      facts: { indexes: table.indexes.length, columns },
    },
    {
      id: "what-if",
      source: "planner_clone",
      summary: `With the index the plan costs ${figure(gain?.after.cost ?? 0)} instead of ${figure(gain?.before.cost ?? 0)}.`,
      facts: { before: round(gain?.before.cost ?? 0), after: round(gain?.after.cost ?? 0), indexBytes: choice.bytes },
    },
  ];
}

/** What speaks for the conclusion, and what against it. */
export function findingsOf(found: Facts, choice: Choice | null, evidence: readonly Evidence[]): Finding[] {
  const findings: Finding[] = [];
  const add = (stance: Finding["stance"], statement: string, evidenceIds: string[]): void => {
    findings.push({ id: `finding-${findings.length + 1}`, stance, statement, evidenceIds });
  };
  if (choice !== null) {
    const { table, keys } = choice.candidate;
    const columns = keys.map(({ column }) => column).join(", ");
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
