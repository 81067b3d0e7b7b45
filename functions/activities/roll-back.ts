import { known, statementOf } from "../../shared/catalogue/actions/index.ts";
import type { Incident } from "../../shared/contracts/incident.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run, StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { audited, ownEntry } from "../../shared/core/incident-writes.ts";
import { lookAgainMs } from "../../shared/core/pace.ts";
import { SECOND_MS } from "../../shared/core/time.ts";
import type { Look } from "../../shared/execution/look.ts";
import { services } from "../services.ts";
import { attemptsOf, countAttempt, MAXIMUM_ATTEMPTS, tell, tellFailedAttempt } from "./attempts.ts";
import { acquireLock } from "./acquire-lock.ts";
import { atWorkInAzure, carryOut } from "./carry-out.ts";
import { noteSize } from "./note-size.ts";
import { theIncident } from "./subject.ts";
import { keepStamp, lookAt } from "./target.ts";

const LEAST_WAIT_MS = 15 * SECOND_MS;

type Answer = StepOutput<"rollBack">;

/** Looks again the later the longer it has waited: since the last attempt, or since it was found that the action must go. */
async function waiting(run: Run, { verification, execution }: Incident, because: string): Promise<Answer> {
  const { now } = services();
  const since = (await attemptsOf(run, "undo")).at(-1) ?? verification?.verifiedAt ?? execution?.finishedAt;
  const moment = now();
  const checkAgainMs = lookAgainMs(since ?? moment.toISOString(), moment, LEAST_WAIT_MS);
  return { outcome: "waiting", because, checkAgainMs };
}

/** Undoes what was executed by the saved inverse. Only the very object that was made is removed: it is known by its OID. */
export async function rollBack(input: StepInput<"rollBack">): Promise<Answer> {
  const { incidents, outbox, now } = services();
  const { because, ...run } = input;
  const incident = await theIncident(run);
  if (incident.rollBack?.done === true) return { outcome: "done" };
  const { proposal, execution } = incident;
  if (proposal === null || execution === null) throw new Error("nothing was executed that could be undone");
  const { inverse } = proposal;
  if (inverse === null) return { outcome: "noWayBack", because: `nothing takes back ${proposal.action.kind}` };
  const locked = await acquireLock(run);
  if (locked.outcome === "held") return waiting(run, incident, `the run ${locked.heldBy} has the server`);

  const { action } = inverse;
  if (statementOf(action) !== inverse.statement)
    return { outcome: "failed", because: "the catalogue writes the way back in another way now: undo it by hand" };
  // An index of the same name with another OID is somebody else's, and what is to be removed is gone.
  const isGone = ({ object }: Look): boolean =>
    action.kind === "drop_index" && object !== null && object.oid !== execution.objectOid;
  const isUndone = (look: Look): boolean => look.progress === "done" || isGone(look);
  const atWork = await atWorkInAzure(run, action);
  if (atWork !== null) return waiting(run, incident, atWork);
  const before = await lookAt(run, action);
  if (before.progress === "running") return waiting(run, incident, "undoing it goes on in the server");
  if (!isUndone(before)) {
    const changedSince = await toldChange(run, before);
    if (changedSince !== null) return changedSince;
    if ((await attemptsOf(run, "undo")).length >= MAXIMUM_ATTEMPTS)
      return { outcome: "failed", because: `it did not succeed in ${MAXIMUM_ATTEMPTS} attempts: undo it by hand` };
    const notDone = await carryOutBack(run, incident, { back: { ...proposal, action }, before, isUndone });
    if (notDone !== null) return notDone;
  }
  await noteSize(run, action);
  const at = now();
  const done = { statement: inverse.statement, because, at: at.toISOString(), done: true };
  const { executionId: key } = execution;
  const audit = audited("rolled back", done.at, { key, statement: done.statement, because });
  const entry = ownEntry("rollBack", `Undone: ${because}. ${done.statement}`, at);
  await incidents.change(run.incidentId, (current) =>
    current.rollBack?.done === true
      ? null
      : noted({ ...current, rollBack: done, outbox: [...current.outbox, audit] }, entry),
  );
  await outbox.tryRelay(run.incidentId);
  return { outcome: "done" };
}

/** What a person set after the action is theirs: the way back restores only what the action itself changed. */
const changedByOthers = ({ preconditions }: Look) =>
  preconditions.find(({ id, holds }) => id === "as-it-was" && !holds);

async function toldChange(run: Run, look: Look): Promise<Answer | null> {
  const changed = changedByOthers(look);
  if (changed === undefined) return null;
  await tell(run, "rollBack", `Not undone: somebody changed ${look.what} since (${changed.observed}).`);
  return { outcome: "failed", because: "somebody changed it since: undo it by hand" };
}

type Undoing = { back: ProposedAction; before: Look; isUndone: (look: Look) => boolean };

/** Carries the way back out; answers why it is not undone yet, or null when it is. */
async function carryOutBack(run: Run, incident: Incident, { back, before, isUndone }: Undoing): Promise<Answer | null> {
  const { action } = back;
  const { statements, actor } = known(action);
  await keepStamp(run, action, before);
  const result = await carryOut(run, back, {
    name: action.kind,
    statements,
    owner: before.owner,
    isDue: async () => {
      const look = await lookAt(run, action);
      if (isUndone(look) || changedByOthers(look) !== undefined) return false;
      await countAttempt(run, "undo");
      return true;
    },
  });
  if (result.outcome === "running") return waiting(run, incident, "undoing it goes on in the server");
  if (isUndone(await lookAt(run, action))) return null;
  switch (result.outcome) {
    case "stopped":
      return { outcome: "failed", because: `${result.because}: undo it by hand` };
    case "busy":
      return waiting(run, incident, result.because);
    case "done":
      return waiting(run, incident, "it is not undone yet");
    case "failed":
      // What Azure refuses it refuses again, and says what a person can do about it.
      if (actor === "platform") return { outcome: "failed", because: result.because };
      return (await tellFailedAttempt(run, "undo", result.because)) >= MAXIMUM_ATTEMPTS
        ? { outcome: "failed", because: `${result.because}, in ${MAXIMUM_ATTEMPTS} attempts: undo it by hand` }
        : waiting(run, incident, result.because);
  }
}
