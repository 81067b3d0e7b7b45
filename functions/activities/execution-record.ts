import { z } from "zod";
import { type Execution, WindowFigures } from "../../shared/contracts/outcome.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Server } from "../../shared/contracts/server.ts";
import { Snapshot } from "../../shared/contracts/snapshot.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { derivedId } from "../../shared/core/digest.ts";
import type { GuardrailFacts } from "../../shared/core/guardrails.ts";
import { audited, entryBy, moved } from "../../shared/core/incident-writes.ts";
import { msBetween } from "../../shared/core/time.ts";
import { MINIMUM_CALLS } from "../../shared/core/verdict.ts";
import type { Look } from "../../shared/execution/look.ts";
import { isMomentary, readMeasure } from "../../shared/execution/read-measure.ts";
import { figuresOf } from "../../shared/investigation/figures.ts";
import { comparable, intervalBetween } from "../../shared/investigation/interval.ts";
import { readServerFacts, takeSnapshot } from "../../shared/investigation/take-snapshot.ts";
import { watchedServers } from "../database.ts";
import { services } from "../services.ts";
import { attemptsOf } from "./attempts.ts";
import { noteSize } from "./note-size.ts";
import { theIncident, theRemedy, theServer } from "./subject.ts";
import { asInvestigatorOf } from "./target.ts";

const FiguresBefore = z.strictObject({ incidentId: Id, figures: WindowFigures });
const MeasureBefore = z.strictObject({ incidentId: Id, value: z.number() });

const factsId = ({ runId }: Run): string => `facts-${runId}`.slice(0, 40);
const FactsKept = z.looseObject({ facts: z.record(z.string(), z.unknown()) });

/** Keeps what the guardrails saw when they let the action begin, once, for the record of it. */
export const keepFacts = (run: Run, facts: GuardrailFacts) =>
  services().incidents.keepOnce(run.incidentId, factsId(run), { facts });

/** A reading of a server's counters, now. */
export async function snapshotNow(run: Run, server: Server): Promise<Snapshot> {
  const purpose = { server, applicationName: `pgmedic/${run.runId}/look` };
  return watchedServers().asInvestigator(purpose, async (session) =>
    takeSnapshot(session, server, await readServerFacts(session)),
  );
}

/** Keeps what the action is judged by, as it is just before, once. */
export async function keepFiguresBefore(run: Run, server: Server, { judgedBy }: ProposedAction): Promise<void> {
  if (judgedBy.basis === "statements") return keepStatementFigures(run, server);
  const { measure } = judgedBy;
  if (!isMomentary(measure)) return;
  const value = await asInvestigatorOf(run, (session) => readMeasure(session, measure));
  await services().incidents.keepOnce(run.incidentId, `measure-before-${run.runId}`, { value });
}

/** The measure as it was just before the action; what the investigation saw stands in where it cannot be read at a moment. */
export async function measureBefore(run: Run, seen: number): Promise<number> {
  const kept = await services().incidents.kept(run.incidentId, `measure-before-${run.runId}`, MeasureBefore);
  return kept?.value ?? seen;
}

/** What the target statements cost just before the action. Too few calls: the figures of the investigation stand in. */
async function keepStatementFigures(run: Run, server: Server): Promise<void> {
  const { incidents, snapshots, metrics } = services();
  const id = `figures-before-${run.runId}`;
  if ((await incidents.kept(run.incidentId, id, FiguresBefore)) !== null) return;
  const { figures: investigated, targets } = await theRemedy(run);
  if (investigated === null) throw new Error(`the run ${run.runId} is judged by statements and names none`);
  const latest = await snapshotNow(run, server);
  const earlier = comparable(await snapshots.newest(server.serverId, 15), latest);
  let figures = investigated;
  if (earlier !== null) {
    const window = {
      resourceId: server.resourceId,
      metric: "cpu_percent",
      from: earlier.takenAt,
      to: latest.takenAt,
    } as const;
    const fresh = figuresOf(
      intervalBetween(earlier, latest),
      targets.map(({ queryId }) => queryId),
      await metrics.average(window),
    );
    if (fresh.calls >= MINIMUM_CALLS) figures = fresh;
  }
  await incidents.keepOnce(run.incidentId, id, { figures });
}

export async function figuresBefore(run: Run): Promise<WindowFigures> {
  const kept = await services().incidents.kept(run.incidentId, `figures-before-${run.runId}`, FiguresBefore);
  const figures = kept?.figures ?? (await theRemedy(run)).figures;
  if (figures === null) throw new Error(`the run ${run.runId} is judged by statements and names none`);
  return figures;
}

/** The reading from which the verification counts. */
export const snapshotAfter = (run: Run): Promise<Snapshot | null> =>
  services().incidents.kept(run.incidentId, `snapshot-after-${run.runId}`, Snapshot.extend({ incidentId: Id }));

/** Records that the action is done: what, when, and the reading from which its effect counts. Safe to repeat. */
export async function recordExecution(run: Run, { object, what }: Look): Promise<void> {
  const { incidents, outbox, snapshots, now } = services();
  const server = await theServer(run);
  const after = await snapshotNow(run, server);
  await incidents.keepOnce(run.incidentId, `snapshot-after-${run.runId}`, after);
  // The next alert must not be explained by what this action has just mended.
  await snapshots.add(after);
  const { proposal, fencingToken, decision } = await theIncident(run);
  if (proposal === null || decision === null || fencingToken === null)
    throw new Error("an execution without a proposal");
  await noteSize(run, proposal.action);
  const attempts = await attemptsOf(run, "attempt");
  const startedAt = attempts[0] ?? now().toISOString();
  const finishedAt = now().toISOString();
  const execution: Execution = {
    executionId: derivedId("exec", run.runId, proposal.proposalId),
    statement: proposal.statement,
    fencingToken,
    attempts: Math.max(1, attempts.length),
    startedAt,
    finishedAt,
    buildMs: msBetween(startedAt, finishedAt),
    objectOid: object?.oid ?? null,
    objectBytes: object?.bytes ?? null,
  };
  const seconds = (execution.buildMs / 1000).toFixed(1);
  const { action } = proposal;
  const text =
    action.kind === "create_index" && object !== null
      ? `Done in ${seconds} s: ${action.parameters.name} is valid, ${Math.round(object.bytes / 1024)} kB.`
      : `Done in ${seconds} s, as the catalog shows: ${what}.`;
  const entry = entryBy({ kind: "pgmedic" }, "execution", text, now());
  const { executionId: key, statement } = execution;
  const seen = await incidents.kept(run.incidentId, factsId(run), FactsKept);
  const audit = audited("executed", finishedAt, {
    key,
    statement,
    by: decision.by,
    fencingToken,
    facts: seen?.facts ?? null,
  });
  await incidents.change(run.incidentId, (incident) =>
    incident.execution === null
      ? moved(incident, { to: "verifying", entry, set: { execution }, outbox: [audit] })
      : null,
  );
  await outbox.tryRelay(run.incidentId);
}
