import type { AuditFinding, Waiting } from "../../shared/core/audit-verification.ts";

/** What a verification came to. */
export type AuditReport = {
  incidents: number;
  entries: number;
  comparedWithLive: boolean;
  /** Why the live entries could not be read, although their address is known. */
  unreachable: string | null;
  roots: number;
  newestRoot: { day: string; hash: string } | null;
  findings: AuditFinding[];
  waiting: ({ incidentId: string } & Waiting)[];
};

const WHERE = { archive: "archive", live: "live documents", roots: "daily roots" } as const;

/** A verification for a person: the findings first in substance, the verdict first in sight. */
export function asText(report: AuditReport): string {
  const { incidents, entries, findings, newestRoot, unreachable, comparedWithLive, waiting } = report;
  const count = `${entries.toLocaleString("en")} entries of ${incidents.toLocaleString("en")} incidents`;
  const lines = [
    findings.length === 0 ? `${count}: nothing was tampered with.` : `${count}: ${findings.length} findings.`,
    ...findings.map(
      ({ kind, where, incidentId, detail }) => `  ${kind.padEnd(10)} ${incidentId ?? ""} (${WHERE[where]}): ${detail}`,
    ),
    newestRoot === null
      ? "There is no daily root yet."
      : `${report.roots} daily roots; note the newest one elsewhere, it vouches for all before it: ${newestRoot.day} ${newestRoot.hash}`,
  ];
  if (waiting.length > 0) {
    const [since] = waiting.map((one) => one.since).toSorted();
    const left = waiting.reduce((sum, one) => sum + one.entries, 0);
    lines.push(`Not archived yet: ${left} entries of ${waiting.length} incidents, the oldest since ${since}.`);
  }
  if (unreachable !== null)
    lines.push(`The live documents could not be read, the archive was verified alone: ${unreachable}`);
  else if (!comparedWithLive)
    lines.push("The live documents were not compared: give --cosmos, or set COSMOS_ENDPOINT.");
  return lines.join("\n");
}
