import type { Diagnosis } from "../contracts/diagnosis.ts";
import { type Incident, isClosed } from "../contracts/incident.ts";
import type { Verification } from "../contracts/outcome.ts";
import type { Actor } from "../contracts/primitives.ts";
import type { ProposedAction } from "../contracts/proposal.ts";
import { fenced, plainText, table } from "./markdown.ts";
import { SECOND_MS, MINUTE_MS, msBetween } from "./time.ts";

/** What is written after an incident: the record alone, in order, with no word that is not in it. */
export type Chain = { entries: number; intact: boolean; head: string | null };

const PATHS: Record<NonNullable<Incident["resolution"]>["path"], string> = {
  humanApproved: "fixed with a person's approval",
  autonomous: "fixed under a standing instruction",
  handedOff: "handed to a person",
  noAction: "closed without an action",
  selfResolved: "it went away by itself",
  skipped: "a person skipped the proposal",
  expired: "nobody decided in time",
  failed: "the run failed",
  rolledBack: "the action was taken back",
};

/** The post-mortem of an incident as Markdown. Texts from alerts, the database and people are quoted as plain words. */
export function postMortemOf(incident: Incident, serverName: string, chain: Chain): string {
  const { diagnosis, proposal } = incident;
  return [
    `# ${plainText(incident.title)}`,
    "",
    summary(incident, serverName),
    ...(diagnosis === null ? [] : causes(diagnosis)),
    ...(proposal === null ? [] : action(incident, proposal)),
    ...(incident.verification === null ? [] : effect(incident.verification)),
    ...section("What is left to do", followUps(incident)),
    "",
    "## Timeline",
    "",
    table(
      ["when (UTC)", "what", "who"],
      incident.timeline.map(({ at, text, by }) => [clock(at), plainText(text), nameOf(by)]),
    ),
    "",
    "## Record",
    "",
    `Incident \`${incident.incidentId}\`, run \`${incident.runId}\`. ${recordOf(chain)}`,
    "",
  ].join("\n");
}

function summary(incident: Incident, serverName: string): string {
  const { severity, openedAt, resolution, alerts, diagnosis } = incident;
  const ended =
    resolution === null
      ? "still open"
      : `${PATHS[resolution.path]} after ${spanOf(msBetween(openedAt, resolution.at))}`;
  const rows = [
    ["Server", plainText(serverName)],
    ["Severity", severity],
    ["Opened", `${clock(openedAt)} UTC`],
    ["Ended", ended],
    [
      "Alerts",
      alerts.length === 0
        ? "none: a person opened it"
        : [...new Set(alerts.map(({ rule }) => plainText(rule)))].join(", "),
    ],
    ["Cause", diagnosis === null ? "not known" : plainText(diagnosis.summary)],
    ...(resolution === null ? [] : [["Because", plainText(resolution.because)]]),
  ];
  return table(["", ""], rows);
}

function causes({
  findings,
  rejected,
  causes: proven,
  recalled,
  notSeen,
  confidence,
  interval,
  cost,
}: Diagnosis): string[] {
  const statements = (stance: "for" | "against"): string[] =>
    findings.filter((finding) => finding.stance === stance).map(({ statement }) => plainText(statement));
  return [
    ...section("Why", [
      ...proven.map(
        ({ cause, subject, statement }) => `**${plainText(cause)}** (${plainText(subject)}): ${plainText(statement)}`,
      ),
      ...statements("for"),
    ]),
    ...section("What spoke against it", statements("against")),
    ...section(
      "What it was not",
      rejected.map(({ what, because }) => `${plainText(what)}: ${plainText(because)}`),
    ),
    ...section(
      "Seen before",
      recalled.map(({ because }) => plainText(because)),
    ),
    ...section(
      "What could not be seen",
      notSeen.map(({ what, because }) => `${plainText(what)}: ${plainText(because)}`),
    ),
    "",
    `Looked at ${clock(interval.from)} to ${clock(interval.to)} UTC with ${cost.statements} statements that took ${Math.round(cost.totalMs)} ms of the server; confidence ${Math.round(confidence.composite * 100)} %.`,
  ];
}

function action({ decision, execution, approvals, rollBack }: Incident, proposal: ProposedAction): string[] {
  const approved = approvals
    .filter(({ proposalId }) => proposalId === proposal.proposalId)
    .map(({ by, at }) => `Approved by ${nameOf(by)}, ${clock(at)} UTC`);
  const decided =
    decision === null || decision.proposalId !== proposal.proposalId
      ? ["No decision was made."]
      : [
          `${decision.verdict === "approve" ? "Approved" : "Skipped"} by ${nameOf(decision.by)}, ${clock(decision.decidedAt)} UTC`,
        ];
  return [
    "",
    "## Action",
    "",
    `${proposal.action.kind}, risk ${proposal.riskClass}, on ${plainText(proposal.blastRadius.relation)} (${plainText(proposal.blastRadius.lock)}).`,
    "",
    fenced(proposal.statement, "sql"),
    "",
    ...[...new Set([...approved, ...decided])].map((line) => `- ${line}`),
    ...(execution === null
      ? ["- It was not carried out."]
      : [
          `- Carried out in ${spanOf(msBetween(execution.startedAt, execution.finishedAt))}, ${execution.attempts === 1 ? "at the first attempt" : `in ${execution.attempts} attempts`}.`,
        ]),
    ...(rollBack === null
      ? []
      : ["", `Taken back: ${plainText(rollBack.because)}`, "", fenced(rollBack.statement, "sql")]),
  ];
}

function effect(verification: Verification): string[] {
  const rows =
    verification.basis === "measure"
      ? [[plainText(verification.measure), String(verification.before), String(verification.after)]]
      : [
          ["mean time of a call, ms", verification.before.meanMs.toFixed(2), verification.after.meanMs.toFixed(2)],
          ["blocks a call", verification.before.blocksPerCall.toFixed(0), verification.after.blocksPerCall.toFixed(0)],
          ["CPU, %", shown(verification.before.cpuPercent), shown(verification.after.cpuPercent)],
          ["calls", verification.before.calls.toFixed(0), verification.after.calls.toFixed(0)],
        ];
  return [
    "",
    "## Effect",
    "",
    `${plainText(verification.because)} (${verification.verdict.replaceAll("_", " ")})`,
    "",
    table(["", "before", "after"], rows),
  ];
}

const shown = (figure: number | null): string => (figure === null ? "not known" : figure.toFixed(0));

function followUps({ diagnosis, proposal, execution, rollBack }: Incident): string[] {
  const recommended = diagnosis !== null && "recommendations" in diagnosis ? diagnosis.recommendations : [];
  const others = diagnosis?.causes.slice(1).map(({ recommendation }) => recommendation) ?? [];
  const forGood = diagnosis?.lasting == null ? [] : [diagnosis.lasting];
  const isKept = execution !== null && rollBack === null && proposal?.migration != null;
  return [
    ...[...recommended, ...others, ...forGood].map(plainText),
    ...(isKept
      ? [
          `Keep the change in the repository, or the next deployment may take it away:\n\n${fenced(proposal.migration ?? "", "sql")}`,
        ]
      : []),
  ];
}

function recordOf({ entries, intact, head }: Chain): string {
  const state = intact ? `unbroken, head \`${head ?? "none"}\`` : "**broken: somebody changed it**";
  return `The audit chain has ${entries} ${entries === 1 ? "entry" : "entries"}, ${state}.`;
}

const section = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : ["", `## ${title}`, "", ...items.map((item) => `- ${item.replaceAll("\n", "\n  ")}`)];

const clock = (at: string): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

function spanOf(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < 60 * MINUTE_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return `${(ms / (60 * MINUTE_MS)).toFixed(1)} h`;
}

const nameOf = (by: Actor): string => {
  switch (by.kind) {
    case "person":
      return plainText(by.name);
    case "instruction":
      return `the instruction ${by.instructionId}`;
    case "pgmedic":
      return "PgMedic";
  }
};

/** Whether there is something to write about: an open incident has no post-mortem. */
export const isOver = ({ state, resolution }: Incident): boolean => isClosed(state) && resolution !== null;
