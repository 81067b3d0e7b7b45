import { type Investigation, investigate as investigateServer } from "../../shared/investigation/investigate.ts";
import type { Incident } from "../../shared/contracts/incident.ts";
import type { Diagnosis } from "../../shared/contracts/diagnosis.ts";
import type { Run, StepOutput } from "../../shared/contracts/steps.ts";
import { choosePlaybook } from "../../shared/core/playbook-choice.ts";
import { followed, playbooksOfBooks } from "../../shared/core/playbooks-in-force.ts";
import { audited, moved, ownEntry } from "../../shared/core/incident-writes.ts";
import { withOpinion } from "../../shared/core/second-opinion.ts";
import { gravest } from "../../shared/core/severity.ts";
import { watchedServers, withPlannerClone } from "../database.ts";
import { playbookBooks } from "../known-playbooks.ts";
import { askForOpinion, opinionId } from "../second-opinion.ts";
import { services } from "../services.ts";
import { openUnexplained } from "../unexplained-alerts.ts";
import { remedyId, theServer } from "./subject.ts";

const NO_ALERT = { metric: null, rule: "", value: null, threshold: null };
/** How far back a snapshot may be looked for. */
const SNAPSHOTS = 15;

/** Finds out what is wrong with the server, and keeps diagnosis and remedy with the incident. Repeating it answers the first result. */
export async function investigate(run: Run): Promise<StepOutput<"investigate">> {
  const { incidents, memories, snapshots, metrics, platform, outbox, now } = services();
  const begun = await incidents.change(run.incidentId, (incident) =>
    moved(incident, { to: "investigating", entry: ownEntry("run", "The investigation began.", now()) }),
  );
  if (begun.diagnosis !== null) {
    await openUnexplained(begun);
    return verdictOf(begun.diagnosis);
  }

  const server = await theServer(run);
  const alert = begun.alerts[0] ?? NO_ALERT;
  const books = await playbookBooks();
  const playbook = choosePlaybook(playbooksOfBooks(books), alert);
  if (playbook === null) throw new Error("there is no playbook generalMonitoring, which everything falls back to");
  const purpose = { server, applicationName: `pgmedic/${run.runId}` };
  const {
    diagnosis: found,
    remedy,
    snapshot,
    ran,
  } = await watchedServers().asInvestigator(purpose, async (session) =>
    investigateServer(session, {
      incidentId: run.incidentId,
      server,
      alertSeverity: gravest(begun.alerts.map(({ severity }) => severity)) ?? "Sev3",
      complaint: { symptom: playbook.symptom, metric: alert.metric, value: alert.value, threshold: alert.threshold },
      playbook,
      earlierSnapshots: await snapshots.newest(server.serverId, SNAPSHOTS),
      memories: await memories.ofServer(server.serverId),
      withClone: withPlannerClone,
      cpuPercent: (from, to) => metrics.average({ resourceId: server.resourceId, metric: "cpu_percent", from, to }),
      readResource: () => platform.readResource(server.resourceId),
    }),
  );
  const asked = await askForOpinion(found, { alert: begun.alerts[0] ?? null, causes: playbook.causes });
  const judged = asked === null ? found : withOpinion(found, asked.opinion);
  const text = followed(books, playbook.name);
  const diagnosis = text === null ? judged : { ...judged, followed: text };
  if (asked !== null) await incidents.keepOnce(run.incidentId, opinionId(run.runId), asked);
  if (remedy !== null) await incidents.keepOnce(run.incidentId, remedyId(run, diagnosis), remedy);
  await snapshots.add(snapshot);
  const diagnosedOne = await incidents.change(run.incidentId, (incident) =>
    incident.diagnosis === null ? diagnosed(incident, run, { diagnosis, ran }) : null,
  );
  await openUnexplained(diagnosedOne);
  await outbox.tryRelay(run.incidentId);
  return verdictOf(diagnosedOne.diagnosis ?? diagnosis);
}

/** The chain holds what was asked of the server and what came of it: the incident's own copy is not the only one. */
function diagnosed(
  incident: Incident,
  { runId }: Run,
  { diagnosis, ran }: Pick<Investigation, "diagnosis" | "ran">,
): Incident {
  const { verdict, summary, diagnosedAt } = diagnosis;
  const recalled = diagnosis.recalled.map(({ incidentId }) => incidentId);
  const entry = ownEntry("diagnosis", summary, new Date(diagnosedAt));
  const audit = audited("diagnosed", entry.at, {
    key: runId,
    verdict,
    summary,
    playbook: diagnosis.playbook,
    followed: diagnosis.followed,
    interval: diagnosis.interval,
    load: diagnosis.load,
    evidence: diagnosis.evidence,
    findings: diagnosis.findings,
    causes: diagnosis.causes,
    rejected: diagnosis.rejected,
    notSeen: diagnosis.notSeen,
    recalled,
    confidence: diagnosis.confidence,
    secondOpinion: diagnosis.secondOpinion,
    cost: diagnosis.cost,
    ran,
  });
  return {
    ...incident,
    diagnosis,
    severity: diagnosis.severity,
    timeline: [...incident.timeline, entry],
    outbox: [...incident.outbox, audit],
    updatedAt: entry.at,
  };
}

const verdictOf = (diagnosis: Diagnosis): StepOutput<"investigate"> =>
  diagnosis.verdict === "cause" ? { verdict: "cause" } : { verdict: diagnosis.verdict, because: diagnosis.summary };
