import type { Evidence, Finding } from "../contracts/diagnosis.ts";
import { percentText } from "../core/percent.ts";
import type { Point } from "./causes/suspicion.ts";
import type { Decision } from "./decide.ts";
import type { Observed } from "./observed.ts";

/** What was observed in general, then what each proven cause rests on, the first one first; each point is a finding too. */
export function evidenceOf(seen: Observed, { proven }: Decision): { evidence: Evidence[]; findings: Finding[] } {
  const evidence: Evidence[] = generalEvidence(seen);
  const findings: Finding[] = [];
  const note = ({ source, summary, facts }: Point, stance: Finding["stance"], ofCause: string): void => {
    const id = `${ofCause}-${evidence.length + 1}`.slice(0, 40);
    evidence.push({ id, source, summary, facts: rounded(facts) });
    findings.push({ id: `finding-${findings.length + 1}`, stance, statement: summary, evidenceIds: [id] });
  };
  for (const one of proven.slice(0, 3)) {
    const name = one.cause.replaceAll("_", "-").slice(0, 30);
    for (const known of one.for) note(known, "for", name);
    for (const known of one.against) note(known, "against", name);
  }
  if (seen.basis === "two_samples")
    findings.push({
      id: `finding-${findings.length + 1}`,
      stance: "against",
      statement: "There was no fresh snapshot: the interval is two samples, two seconds apart.",
      evidenceIds: ["statement-time"],
    });
  return { evidence, findings };
}

const rounded = (facts: Evidence["facts"]): Evidence["facts"] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, typeof fact === "number" ? Math.round(fact * 100) / 100 : fact]),
  );

function generalEvidence({ activity, interval, cpuPercent, load }: Observed): Evidence[] {
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
      summary: `Statements took ${Math.round(interval.totalMs).toLocaleString("en")} ms in ${Math.round(interval.seconds * 100) / 100} s.`,
      facts: rounded({
        totalMs: interval.totalMs,
        seconds: interval.seconds,
        statements: interval.statements.length,
      }),
    },
  ];
  if (cpuPercent !== null) {
    const summary = `CPU was at ${percentText(cpuPercent)} on average.`;
    general.push({ id: "cpu", source: "metric", summary, facts: rounded({ cpuPercent }) });
  }
  return general;
}
