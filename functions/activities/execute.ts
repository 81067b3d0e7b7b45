import { dropIndex } from "../../shared/catalogue/actions/drop-index.ts";
import { known, statementOf } from "../../shared/catalogue/actions/index.ts";
import type { Incident } from "../../shared/contracts/incident.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run, StepOutput } from "../../shared/contracts/steps.ts";
import { mayExecute } from "../../shared/core/guardrails.ts";
import { entryBy, moved } from "../../shared/core/incident-writes.ts";
import { lookAgainBy, lookAgainMs } from "../../shared/core/pace.ts";
import { MINUTE_MS, SECOND_MS } from "../../shared/core/time.ts";
import type { Look } from "../../shared/execution/look.ts";
import type { StatementRun } from "../../shared/execution/run-statement.ts";
import { evaluateGraduation } from "../graduation.ts";
import { services } from "../services.ts";
import { acquireLock, keepServer } from "./acquire-lock.ts";
import { atWorkInAzure, carryOut } from "./carry-out.ts";
import { attemptsOf, countAttempt, MAXIMUM_ATTEMPTS, tell, tellFailedAttempt } from "./attempts.ts";
import { keepFacts, keepFiguresBefore, recordExecution } from "./execution-record.ts";
import { guardrailFacts, refuseUnreadable } from "./guardrail-facts.ts";
import { materialDifference } from "./material-difference.ts";
import { CONSENT_BY, lapsedConsent } from "./early-consent.ts";
import { theIncident, theServer } from "./subject.ts";
import { keepStamp, lookAt } from "./target.ts";
import { graverOneWaiting } from "./whose-turn.ts";

/** The least times after which a run looks again: at its own work, and at what it waits for. */
const WORK_MS = SECOND_MS;
const WAIT_MS = 30 * SECOND_MS;
/** An approval of a proposal's last moment is on its way for a while. */
const LATE_MS = MINUTE_MS;

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
  // What was begun in time is finished; what only waited for its turn is not begun any more.
  if (isExpired(proposal) && (await attemptsOf(run, "attempt")).length === 0) return EXPIRED;
  // What a document says is carried out only as the catalogue writes it today.
  if (statementOf(proposal.action) !== proposal.statement)
    return { outcome: "changed", because: "the catalogue writes this action in another way now" };
  const turnMs = untilTurnMs(proposal, decision.decidedAt);
  const graver = await graverOneWaiting(incident);
  if (graver !== null) return waiting(`the graver incident ${graver} goes first`, turnMs);
  const locked = await acquireLock(run);
  if (locked.outcome === "held") return waiting(`the run ${locked.heldBy} has the server`, turnMs);

  const entry = entryBy(decision.by, "execution", `Carrying out: ${proposal.statement}`, now());
  await incidents.change(run.incidentId, (current) =>
    current.state === "executing" ? null : moved(current, { to: "executing", entry }),
  );
  const answer = await goOn(run, incident, proposal);
  if (answer.outcome === "changed")
    await tell(run, "execution", `Not carried out as it was agreed: ${answer.because}.`);
  return answer;
}

const AT_WORK = "the work goes on in the server";
const EXPIRED: Answer = { outcome: "refused", because: "the proposal has expired" };
/** When a run that waits for its turn looks again: also as its proposal expires, since its turn may come just before. */
const untilTurnMs = ({ expiresAt }: ProposedAction, decidedAt: string): number =>
  lookAgainBy(expiresAt, decidedAt, services().now(), WAIT_MS);
const isExpired = ({ expiresAt }: ProposedAction): boolean =>
  Date.parse(expiresAt) + LATE_MS <= services().now().getTime();

async function done(run: Run): Promise<Answer> {
  const verifyAfterMs = services().settings.PGMEDIC_VERIFY_SECONDS * SECOND_MS;
  await keepServer(run, verifyAfterMs);
  return { outcome: "done", verifyAfterMs };
}

/** Takes up the work where the server shows it to be. */
async function goOn(run: Run, incident: Incident, agreed: ProposedAction): Promise<Answer> {
  const attempts = await attemptsOf(run, "attempt");
  const decidedAt = incident.decision?.decidedAt ?? agreed.proposedAt;
  const since = attempts.at(-1) ?? decidedAt;
  const workMs = lookAgainMs(since, services().now(), WORK_MS);
  const atWork = await atWorkInAzure(run, agreed.action);
  if (atWork !== null) return waiting(atWork, Math.min(workMs, untilTurnMs(agreed, since)));
  const look = await lookAt(run, agreed.action);
  // What was there before this run first tried is somebody else's.
  if (look.progress === "other" || (look.progress !== "pending" && attempts.length === 0))
    return {
      outcome: "changed",
      because: `${look.what} is not as it was: what was agreed is there or under way already`,
    };
  if (look.progress === "running") return waiting(AT_WORK, workMs);
  if (look.progress === "done") {
    await recordExecution(run, look);
    return done(run);
  }
  const inVain = triedEnough(look, look.progress === "leftover" ? await attemptsOf(run, "leftover") : attempts);
  if (inVain !== null) return { outcome: "failed", because: inVain };
  // Once begun it is finished: what is left of an action is no other action.
  const isBegun = look.statementsDone > 0 && attempts.length > 0;
  return (isBegun ? null : await objection(run, incident, look)) ?? (await attempt(run, agreed, look, decidedAt));
}

/** Why nothing is tried again, the action or the clearing of what it left; null while there is an attempt to make. */
function triedEnough({ progress, what }: Look, attempts: readonly string[]): string | null {
  if (attempts.length < MAXIMUM_ATTEMPTS) return null;
  return progress === "leftover"
    ? `what an interrupted build left of ${what} could not be cleared in ${MAXIMUM_ATTEMPTS} attempts`
    : `it did not succeed in ${MAXIMUM_ATTEMPTS} attempts`;
}

/** Why the action cannot go on as agreed; null when nothing objects. */
async function objection(run: Run, incident: Incident, look: Look): Promise<Answer | null> {
  const { proposal, decision } = incident;
  if (proposal === null || decision === null) throw new Error("asked for objections to nothing");
  const consent = CONSENT_BY[decision.by.kind];
  if (consent === "autonomy") await evaluateGraduation();
  const facts = await guardrailFacts(run, proposal, look, consent);
  refuseUnreadable(facts);
  // Whose consent it was is asked further down: what lapsed is proposed again, to a person.
  const agreed = { ...facts, consent: "person" } as const;
  // A long transaction ends by itself more often than not: the build waits for it here instead of in the server.
  const ruling = mayExecute({ ...agreed, oldestTransactionSeconds: 0, unmetPreconditions: [] }, services().now());
  if (!ruling.allowed) return { outcome: "refused", because: ruling.reason };
  const changed = facts.unmetPreconditions[0] ?? (await materialDifference(run, proposal, look));
  if (changed !== null) return { outcome: "changed", because: changed };
  // What a broken build of its own left in the way is cleared whoever's consent has ended since.
  const isLeftover = look.progress === "leftover";
  const because = isLeftover ? null : await lapsedConsent(run, incident, look, facts);
  if (because !== null) return { outcome: "changed", because };
  if (!isLeftover && isExpired(proposal)) return EXPIRED;
  const calm = mayExecute(isLeftover ? agreed : facts, services().now());
  if (!calm.allowed) return waiting(calm.reason, untilTurnMs(proposal, decision.decidedAt));
  await keepFacts(run, facts);
  return null;
}

async function attempt(run: Run, agreed: ProposedAction, seen: Look, decidedAt: string): Promise<Answer> {
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
  const tried = isLeftover ? "leftover" : "attempt";
  const result = await carryOut(run, agreed, {
    name: isLeftover ? "drop-leftover" : agreed.action.kind,
    statements,
    owner: seen.owner,
    isDue: async () => {
      const { progress } = await lookAt(run, agreed.action);
      if (progress !== (isLeftover ? "leftover" : "pending")) return false;
      await countAttempt(run, tried);
      return true;
    },
  });
  const after = result.outcome === "running" || result.outcome === "busy" ? null : await lookAt(run, agreed.action);
  if (after?.progress !== "done") return notDone(run, agreed, { result, after, tried, decidedAt });
  await recordExecution(run, after);
  return done(run);
}

type Tried = { result: StatementRun; after: Look | null; tried: "attempt" | "leftover"; decidedAt: string };

/** What an attempt came to whose end the catalog does not show. */
async function notDone(run: Run, agreed: ProposedAction, { result, after, tried, decidedAt }: Tried): Promise<Answer> {
  const began = (await attemptsOf(run, tried)).at(-1);
  const workMs = lookAgainMs(began ?? decidedAt, services().now(), WORK_MS);
  switch (result.outcome) {
    case "running":
      return waiting(AT_WORK, workMs);
    case "busy":
      return waiting(result.because, Math.min(workMs, untilTurnMs(agreed, decidedAt)));
    case "stopped":
      return { outcome: "refused", because: `${result.because}${begunBefore(agreed, after)}` };
    case "failed":
      // What Azure refuses it refuses again, and says what a person can do about it.
      if (known(agreed.action).actor === "platform") return { outcome: "failed", because: result.because };
      await tellFailedAttempt(run, tried, result.because);
      return waiting(result.because, WORK_MS);
    case "done":
      return waiting("the catalog does not show it yet", WORK_MS);
  }
}

/** What a stopped action leaves, for whoever takes it up. */
function begunBefore({ action }: ProposedAction, after: Look | null): string {
  const { leftover = null, statementsDone = 0 } = after ?? {};
  if (leftover !== null) return `; the INVALID index ${leftover.schema}.${leftover.index} is left`;
  return statementsDone > 0 ? `, after ${statementsDone} of its ${known(action).statements.length} statements` : "";
}
