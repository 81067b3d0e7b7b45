import { playbooksOf } from "../../shared/adapters/playbooks.ts";
import { postgresOf } from "../../shared/adapters/postgres.ts";
import type { CloneTurns } from "../../shared/advisor/clone-turns.ts";
import { causeOf, type Diagnosis } from "../../shared/contracts/diagnosis.ts";
import type { Server } from "../../shared/contracts/server.ts";
import { FALLBACK } from "../../shared/core/playbook-choice.ts";
import { look } from "../../shared/execution/look.ts";
import { investigate, type Investigation } from "../../shared/investigation/investigate.ts";
import { buildProposal } from "../../shared/proposal/build-proposal.ts";
import { section } from "./advice-text.ts";
import type { DiagnoseArguments } from "./arguments.ts";
import { type Outcome, progressOn, serverOf } from "./outcome.ts";
import { withPlanner } from "./planner.ts";

/** What would be proposed: the statement with its way back, and what stands against it right now. */
type Proposed = { statement: string; undo: string | null; riskClass: string; unmet: string[] };
export type Diagnosed = { diagnosis: Diagnosis; proposal: Proposed | null };

const PURPOSE = "pgmedic/diagnose";
/** Neither metrics nor the size of the server can be asked for from a command line. */
const NOT_IN_AZURE = () => Promise.resolve(null);

/** `pgmedic diagnose`: exit 0 when nothing is wrong, 1 when something is, 2 when the server cannot be reached. */
export async function diagnose(given: DiagnoseArguments): Promise<Outcome> {
  const progress = progressOn(process.stderr);
  progress.say("looking");
  const found = await withPlanner((clones) => diagnosed(clones, given)).finally(progress.clear);
  const isWrong = causeOf(found.diagnosis) !== null;
  return { text: given.json ? JSON.stringify(found, null, 2) : asText(found), exitCode: isWrong ? 1 : 0 };
}

/** An investigation without an alert, as the runner makes it, and what it would propose. Nothing is stored and nothing is changed. */
export async function diagnosed(clones: CloneTurns, given: Asked): Promise<Diagnosed> {
  const server = serverOf(given);
  const found = await investigated(clones, given, server);
  return { diagnosis: found.diagnosis, proposal: await proposed(given.server, server, found) };
}

type Asked = Pick<DiagnoseArguments, "server" | "schema" | "playbook">;

function investigated({ withClone }: CloneTurns, given: Asked, server: Server): Promise<Investigation> {
  const playbooks = playbooksOf(undefined);
  const playbook = playbooks.get(given.playbook ?? FALLBACK);
  if (playbook === undefined) {
    const known = [...playbooks.keys()].toSorted().join(", ");
    throw new Error(`there is no playbook "${given.playbook}"; there are: ${known}`);
  }
  return postgresOf(() => given.server).asInvestigator({ server, applicationName: PURPOSE }, (session) =>
    investigate(session, {
      incidentId: "inc",
      server,
      alertSeverity: "Sev3",
      complaint: { symptom: playbook.symptom, metric: null, value: null, threshold: null },
      playbook,
      playbooks,
      earlierSnapshots: [],
      memories: [],
      withClone,
      cpuPercent: NOT_IN_AZURE,
      readResource: NOT_IN_AZURE,
    }),
  );
}

async function proposed(url: string, server: Server, { remedy }: Investigation): Promise<Proposed | null> {
  if (remedy === null) return null;
  const seen = await postgresOf(() => url).asInvestigator({ server, applicationName: PURPOSE }, (session) =>
    look(session, server, remedy.action, { application: PURPOSE, stamp: null, readResource: NOT_IN_AZURE }),
  );
  const asked = { remedy, look: seen, runId: "run", round: 1, evidenceIds: [], expiresInMs: 1 };
  const { statement, inverse, riskClass } = buildProposal(asked, new Date());
  const unmet = seen.preconditions.filter(({ holds }) => !holds).map(({ label, observed }) => `${label} (${observed})`);
  return { statement, undo: inverse?.statement ?? null, riskClass, unmet };
}

function asText({ diagnosis, proposal }: Diagnosed): string {
  const said = (stance: "for" | "against"): string[] =>
    diagnosis.findings.filter((finding) => finding.stance === stance).map(({ statement }) => statement);
  const recommendations = "recommendations" in diagnosis ? diagnosis.recommendations : [];
  const confidence = `${Math.round(diagnosis.confidence.composite * 100)} %`;
  return [
    `${diagnosis.verdict}: ${diagnosis.summary}`,
    `    ${diagnosis.severity}, confidence ${confidence}, the server is ${diagnosis.load}; ${diagnosis.cost.statements} statements asked`,
    ...section("For it", said("for")),
    ...section("Against it", said("against")),
    ...section(
      "Looked at and put aside",
      diagnosis.rejected.map(({ what, because }) => `${what}: ${because}`),
    ),
    ...section(
      "Could not be seen",
      diagnosis.notSeen.map(({ what, because }) => `${what}: ${because}`),
    ),
    ...section("A person must", recommendations),
    ...(proposal === null ? [] : section("Would be proposed", proposalLines(proposal))),
    "",
    "Nothing was changed.",
  ].join("\n");
}

const proposalLines = ({ statement, undo, riskClass, unmet }: Proposed): string[] => [
  `${statement};`,
  `    ${riskClass}, ${undo === null ? "nothing takes it back" : `taken back by ${undo}`}`,
  ...unmet.map((reason) => `    not now: ${reason}`),
];
