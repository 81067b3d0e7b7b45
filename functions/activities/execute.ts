import { dropIndex } from "../../shared/catalogue/actions/drop-index.ts";
import { known, statementOf } from "../../shared/catalogue/actions/index.ts";
import type { Incident } from "../../shared/contracts/incident.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run, StepOutput } from "../../shared/contracts/steps.ts";
import { mayExecute } from "../../shared/core/guardrails.ts";
import { entryBy, moved } from "../../shared/core/incident-writes.ts";
import { isGraver } from "../../shared/core/severity.ts";
import { msBetween, SECOND_MS } from "../../shared/core/time.ts";
import type { Look } from "../../shared/execution/look.ts";
import { services } from "../services.ts";
import { acquireLock, assertToken, keepServer } from "./acquire-lock.ts";
import { atWorkInAzure, carryOut } from "./carry-out.ts";
import { attemptsOf, countAttempt, keepFiguresBefore, recordExecution } from "./execution-record.ts";
import { guardrailFacts } from "./guardrail-facts.ts";
import { materialDifference } from "./material-difference.ts";
import { theIncident, theServer } from "./subject.ts";
import { keepStamp, lookAt } from "./target.ts";

const MAXIMUM_ATTEMPTS = 3;
/** What goes on in the server is looked at again after as long as it has taken so far, within these bounds. */
const CHECK_AGAIN_MS = { least: SECOND_MS, most: 15 * SECOND_MS } as const;
/** A run that waits for another run's server, or for a long transaction, looks again after this. */
const WAIT_MS = 30 * SECOND_MS;

type Answer = StepOutput<"execute">;
const waiting = (because: string, checkAgainMs: number): Answer => ({
  outcome: "waiting",
  because,
  checkAgainMs,
});

/**
 * Carries out the decided action, once, whatever happens in between: the catalog says whether it is done or under way, and only then is
 * a statement sent. Guardrails, lock, fingerprint and what-if are asked again with fresh facts.
 */
export async function execute(run: Run): Promise<Answer> {
  const { incidents, now } = services();
  const incident = await theIncident(run);
  if (incident.execution !== null) return done(run);
  const { proposal, decision } = incident;
  if (proposal === null || decision?.verdict !== "approve" || decision.proposalHash !== proposal.hash) {
    return { outcome: "refused", because: "there is no approval of this proposal" };
  }
  // What a document says is carried out only as the catalogue writes it today.
  if (statementOf(proposal.action) !== proposal.statement)
    return { outcome: "changed", because: "the catalogue writes this action in another way now" };
  const graver = await graverOneWaiting(incident);
  if (graver !== null) return waiting(`the graver incident ${graver} goes first`, WAIT_MS);
  const locked = await acquireLock(run);
  if (locked.outcome === "held") return waiting(`the run ${locked.heldBy} has the server`, WAIT_MS);

  const entry = entryBy(decision.by, "execution", `Carrying out: ${proposal.statement}`, now());
  await incidents.change(run.incidentId, (current) =>
    current.state === "executing" ? null : moved(current, { to: "executing", entry }),
  );
  return goOn(run, incident, proposal);
}

async function done(run: Run): Promise<Answer> {
  const verifyAfterMs = services().settings.PGMEDIC_VERIFY_SECONDS * SECOND_MS;
  await keepServer(run, verifyAfterMs);
  return { outcome: "done", verifyAfterMs };
}

/** Takes up the work where the server shows it to be. */
async function goOn(run: Run, incident: Incident, agreed: ProposedAction): Promise<Answer> {
  const attempts = await attemptsOf(run);
  const atWork = await atWorkInAzure(run, agreed.action);
  if (atWork !== null) return waiting(atWork, checkAgainMs(attempts));
  const look = await lookAt(run, agreed.action);
  // What was there before this run first tried is somebody else's.
  if (look.progress === "other" || (look.progress !== "pending" && attempts.length === 0))
    return {
      outcome: "changed",
      because: `${look.what} is not as it was: what was agreed is there or under way already`,
    };
  if (look.progress === "running") return waiting("the work goes on in the server", checkAgainMs(attempts));
  if (look.progress === "done") {
    await recordExecution(run, look);
    return done(run);
  }
  if (look.progress === "pending" && attempts.length >= MAXIMUM_ATTEMPTS)
    return { outcome: "failed", because: `it did not succeed in ${MAXIMUM_ATTEMPTS} attempts` };
  // Once begun it is finished: what is left of an action is no other action.
  const isBegun = look.statementsDone > 0 && attempts.length > 0;
  return (isBegun ? null : await objection(run, incident, look)) ?? (await attempt(run, agreed, look));
}

function checkAgainMs(attempts: readonly string[]): number {
  const triedAt = attempts.at(-1);
  const tookMs = triedAt === undefined ? 0 : msBetween(triedAt, services().now().toISOString());
  return Math.min(Math.max(tookMs, CHECK_AGAIN_MS.least), CHECK_AGAIN_MS.most);
}

/** Why the action cannot go on as agreed; null when nothing objects. */
async function objection(run: Run, incident: Incident, look: Look): Promise<Answer | null> {
  const { proposal, decision } = incident;
  if (proposal === null || decision === null) throw new Error("asked for objections to nothing");
  const consent = decision.by.kind === "instruction" ? "instruction" : "person";
  const facts = await guardrailFacts(run, proposal, look, consent);
  // A long transaction ends by itself more often than not: the build waits for it here instead of in the server.
  const ruling = mayExecute({ ...facts, oldestTransactionSeconds: 0, unmetPreconditions: [] }, services().now());
  if (!ruling.allowed) return { outcome: "refused", because: ruling.reason };
  const changed = facts.unmetPreconditions[0] ?? (await materialDifference(run, proposal, look));
  if (changed !== null) return { outcome: "changed", because: changed };
  const calm = mayExecute(facts, services().now());
  return calm.allowed ? null : waiting(calm.reason, WAIT_MS);
}

async function attempt(run: Run, agreed: ProposedAction, seen: Look): Promise<Answer> {
  const { leftover } = seen;
  // An INVALID index of this name is what an interrupted build of ours left: nobody may use it, and it is in the way.
  const isLeftover = seen.progress === "leftover" && leftover !== null;
  if (!isLeftover) {
    await keepFiguresBefore(run, await theServer(run), agreed);
    await keepStamp(run, agreed.action, seen);
  }
  const statements = isLeftover
    ? dropIndex.statements({ schema: leftover.schema, table: "", name: leftover.index, definition: null })
    : known(agreed.action).statements.slice(seen.statementsDone);
  const result = await carryOut(run, agreed, {
    name: isLeftover ? "drop-leftover" : agreed.action.kind,
    statements,
    owner: seen.owner,
    isDue: async () => {
      const { progress } = await lookAt(run, agreed.action);
      if (progress !== (isLeftover ? "leftover" : "pending")) return false;
      if (!isLeftover) await countAttempt(run);
      await assertToken(run);
      return true;
    },
  });
  if (result.outcome === "running") return waiting("the work goes on in the server", CHECK_AGAIN_MS.most);
  if (result.outcome === "busy") return waiting(result.because, checkAgainMs(await attemptsOf(run)));
  const after = await lookAt(run, agreed.action);
  // What Azure refuses it refuses again, and says what a person can do about it.
  if (after.progress !== "done" && result.outcome === "failed" && known(agreed.action).actor === "platform")
    return { outcome: "failed", because: result.because };
  if (after.progress !== "done")
    return waiting(result.outcome === "failed" ? result.because : "the catalog does not show it yet", SECOND_MS);
  await recordExecution(run, after);
  return done(run);
}

/** Runs that wait for the same server take it by severity: the gravest first. */
async function graverOneWaiting({ incidentId, serverId, severity, runId }: Incident): Promise<string | null> {
  // Who has the server already does not give it back for another: each would wait for the other.
  if ((await services().servers.lock(serverId))?.runId === runId) return null;
  const { incidents: others } = await services().incidents.listReadable({ serverId, unsettled: true });
  const graver = others.find(
    (other) => other.incidentId !== incidentId && isReady(other) && isGraver(other.severity, severity),
  );
  return graver?.incidentId ?? null;
}

const isReady = ({ decision, execution, resolution }: Incident): boolean =>
  decision?.verdict === "approve" && execution === null && resolution === null;
