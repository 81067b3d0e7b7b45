// Beat 6 and the end of beat 7: built, proven, closed; and the figures of it.
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";
import { eventually } from "../eventually.ts";
import { alertToProposalMs, type Hammered, indexedColumns } from "./detection.ts";
import { count, megabytes, ms, percent, seconds } from "./in-words.ts";
import { type Column, cpuOver, must, type Scene, untilIncident, untilSent } from "./scene.ts";

/** What one incident came to. Times in ms, CPU in percent. */
export type Healed = {
  incidentId: string;
  column: Column;
  path: "humanApproved" | "autonomous";
  cpu: { before: number; peak: number; after: number };
  meanMs: { before: number; after: number };
  blocks: { before: number; after: number };
  alertToProposalMs: number;
  approvalToResolvedMs: number;
  buildMs: number;
};

type Patient = Hammered & { column: Column; cpuBefore: number };

/** The run went on: the index is there and valid, its effect is proven, everything is closed, and the alert resolves. */
export async function healed(scene: Scene, patient: Patient): Promise<Healed> {
  const { incidentId, runId } = patient.incident;
  const ended = await untilIncident(scene, incidentId, ({ state }) => isClosed(state), "the end");
  const { decision, execution, verification, resolution } = proven(ended);
  must(verification.basis === "statements", "it was not judged by statements");
  const { before, after } = verification;
  scene.tell(
    `built in ${seconds(execution.buildMs)} (${megabytes(execution.objectBytes ?? 0)}), under fencing token ${execution.fencingToken}`,
  );
  scene.tell(
    `verified over ${after.calls} calls: mean ${ms(before.meanMs)} → ${ms(after.meanMs)}, ` +
      `${count(before.blocksPerCall)} → ${count(after.blocksPerCall)} blocks a call, ${verification.indexScans} scans of the index`,
  );
  must((await indexedColumns(scene)).includes(patient.column), "PostgreSQL has no valid index on the column");
  const { path } = resolution;
  must(path === "humanApproved" || path === "autonomous", `resolved on the path ${path}`);
  if (path === "humanApproved") await untilSent(scene, "runs", `${decision.decisionId}-resume`);
  await untilSent(scene, "run-events", `${runId}-completion-${path}`);
  await untilFree(scene);
  const audit = await scene.person.audit(incidentId);
  must(audit.verification.intact, `the audit chain is broken: ${audit.verification.detail}`);
  scene.tell(
    `Resolved (${path}): completion sent, lock released, audit chain of ${audit.entries.length} entries intact`,
  );
  return {
    incidentId,
    path,
    column: patient.column,
    cpu: await cooledDown(scene, patient),
    meanMs: { before: before.meanMs, after: after.meanMs },
    blocks: { before: before.blocksPerCall, after: after.blocksPerCall },
    alertToProposalMs: alertToProposalMs(ended),
    approvalToResolvedMs: Date.parse(resolution.at) - Date.parse(decision.decidedAt),
    buildMs: execution.buildMs,
  };
}

/** What a resolved incident must hold: who decided, what was done, and the proof that it helped. */
function proven({ state, decision, execution, verification, resolution }: IncidentDetail) {
  must(state === "resolved" && resolution !== null, `the incident is ${state}`);
  must(decision !== null, "nobody decided");
  must(execution !== null, "nothing was executed");
  must(verification !== null, "nothing was verified");
  must(verification.verdict === "improved", `the verdict is ${verification.verdict}: ${verification.because}`);
  return { decision, execution, verification, resolution };
}

async function untilFree({ person, signal }: Scene): Promise<void> {
  const isFree = async () => ((await person.server()).lock === null ? true : null);
  await eventually(isFree, { signal, withinMs: 15_000, what: "the release of the lock" });
}

/** The load goes on, and the server has become idle: Azure Monitor's alert resolves by itself. */
async function cooledDown(scene: Scene, { incident, since, cpuBefore }: Patient): Promise<Healed["cpu"]> {
  const isResolved = ({ alertResolvedAt }: IncidentDetail) => alertResolvedAt !== null;
  await untilIncident(scene, incident.incidentId, isResolved, "the alert's resolution");
  const after = await cpuOver(scene, 5);
  const peak = Math.max(...(await scene.cloud.cpuPercent(since, new Date())));
  must(after !== null, "the monitor has no CPU figure");
  must(after < peak / 2, `CPU fell only from ${percent(peak)} to ${percent(after)}`);
  scene.tell(
    `under the same load CPU went ${percent(cpuBefore)} → ${percent(peak)} → ${percent(after)}; the alert resolved`,
  );
  return { before: cpuBefore, peak, after };
}
