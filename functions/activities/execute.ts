import type { Incident } from "../../shared/contracts/incident.ts";
import type { CreateIndexParameters, ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run, StepOutput } from "../../shared/contracts/steps.ts";
import { mayExecute } from "../../shared/core/guardrails.ts";
import { entryBy, moved } from "../../shared/core/incident-writes.ts";
import { isGraver } from "../../shared/core/severity.ts";
import { MINUTE_MS, msBetween, SECOND_MS } from "../../shared/core/time.ts";
import { type Gate, type Progress, progressOf, readGate } from "../../shared/execution/gates.ts";
import { runStatement } from "../../shared/execution/run-statement.ts";
import { watchedServers } from "../database.ts";
import { services } from "../services.ts";
import { acquireLock, assertToken } from "./acquire-lock.ts";
import { attemptsOf, countAttempt, keepFiguresBefore, recordExecution } from "./execution-record.ts";
import { guardrailFacts } from "./guardrail-facts.ts";
import { materialDifference } from "./material-difference.ts";
import { theIncident, theServer } from "./subject.ts";

/** An activity waits this long for a build; a longer one goes on in the server. */
const PATIENCE_MS = 4 * MINUTE_MS;
const MAXIMUM_ATTEMPTS = 3;
/** A build is looked at again after as long as it has taken so far, within these bounds. */
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
 * Carries out the decided action, once, whatever happens in between: the catalog says whether it is done, the progress view whether it
 * runs, and only then is the statement sent. Guardrails, lock, fingerprint and what-if are asked again with fresh facts.
 */
export async function execute(run: Run): Promise<Answer> {
  const { incidents, now } = services();
  const incident = await theIncident(run);
  if (incident.execution !== null) return done();
  const { proposal, decision } = incident;
  if (proposal === null || decision?.verdict !== "approve" || decision.proposalHash !== proposal.hash) {
    return { outcome: "refused", because: "there is no approval of this proposal" };
  }
  const graver = await graverOneWaiting(incident);
  if (graver !== null) return waiting(`the graver incident ${graver} goes first`, WAIT_MS);
  const locked = await acquireLock(run);
  if (locked.outcome === "held") return waiting(`the run ${locked.heldBy} has the server`, WAIT_MS);

  const entry = entryBy(decision.by, "execution", `Carrying out: ${proposal.statement}`, now());
  await incidents.change(run.incidentId, (current) =>
    current.state === "executing" ? null : moved(current, { to: "executing", entry }),
  );
  const { action } = proposal;
  if (action.kind !== "create_index") return { outcome: "refused", because: `nothing carries out ${action.kind}` };
  return goOn(run, incident, { ...proposal, parameters: action.parameters });
}

const done = (): Answer => ({
  outcome: "done",
  verifyAfterMs: services().settings.PGMEDIC_VERIFY_SECONDS * SECOND_MS,
});

type AgreedIndex = ProposedAction & { parameters: CreateIndexParameters };

/** Takes up the work where the server shows it to be. */
async function goOn(run: Run, incident: Incident, agreed: AgreedIndex): Promise<Answer> {
  const gate = await gateOf(run, agreed);
  const progress = progressIn(gate, run, agreed);
  // What was there before this run first tried is somebody else's.
  const attempts = await attemptsOf(run);
  if (progress.kind === "other" || (progress.kind !== "absent" && attempts.length === 0))
    return { outcome: "changed", because: `an index ${agreed.parameters.name} is there already` };
  if (progress.kind === "building") return waiting("the build goes on in the server", checkAgainMs(attempts));
  if (progress.kind === "built") {
    await recordExecution(run, progress.index);
    return done();
  }
  if (progress.kind === "absent" && attempts.length >= MAXIMUM_ATTEMPTS)
    return { outcome: "failed", because: `it did not succeed in ${MAXIMUM_ATTEMPTS} attempts` };
  return (await objection(run, incident, gate)) ?? (await build(run, agreed, gate));
}

function checkAgainMs(attempts: readonly string[]): number {
  const triedAt = attempts.at(-1);
  const tookMs = triedAt === undefined ? 0 : msBetween(triedAt, services().now().toISOString());
  return Math.min(Math.max(tookMs, CHECK_AGAIN_MS.least), CHECK_AGAIN_MS.most);
}

const progressIn = (gate: Gate, run: Run, { parameters }: AgreedIndex): Progress =>
  progressOf(gate, parameters, applicationNameOf(run));

const applicationNameOf = ({ runId }: Run): string => `pgmedic/${runId}`.slice(0, 63);

async function gateOf(run: Run, { action }: ProposedAction): Promise<Gate> {
  const server = await theServer(run);
  const purpose = { server, applicationName: `${applicationNameOf(run)}/look` };
  return watchedServers().asInvestigator(purpose, (session) => readGate(session, server, action.parameters));
}

/** Why the action cannot go on as agreed; null when nothing objects. */
async function objection(run: Run, incident: Incident, gate: Gate): Promise<Answer | null> {
  const { proposal, decision } = incident;
  if (proposal === null || decision === null) throw new Error("asked for objections to nothing");
  const consent = decision.by.kind === "instruction" ? "instruction" : "person";
  const facts = await guardrailFacts(run, proposal, gate, consent);
  // A long transaction ends by itself more often than not: the build waits for it here instead of in the server.
  const ruling = mayExecute({ ...facts, oldestTransactionSeconds: 0, unmetPreconditions: [] }, services().now());
  if (!ruling.allowed) return { outcome: "refused", because: ruling.reason };
  const changed = facts.unmetPreconditions[0] ?? (await materialDifference(run, proposal, gate));
  if (changed !== null) return { outcome: "changed", because: changed };
  const calm = mayExecute(facts, services().now());
  return calm.allowed ? null : waiting(calm.reason, WAIT_MS);
}

async function build(run: Run, agreed: AgreedIndex, gate: Gate): Promise<Answer> {
  const { table } = gate;
  if (table === null) return { outcome: "changed", because: "the table is gone" };
  const server = await theServer(run);
  // An INVALID index of this name is what an interrupted build of ours left: nobody may use it, and it is in the way.
  const isLeftover = progressIn(gate, run, agreed).kind === "leftover";
  if (!isLeftover) await keepFiguresBefore(run, server);
  const result = await watchedServers().asExecutor({ server, applicationName: applicationNameOf(run) }, (session) =>
    runStatement(session, {
      name: isLeftover ? "drop-leftover" : agreed.action.kind,
      sql: isLeftover ? agreed.inverse.statement : agreed.statement,
      owner: table.owner,
      target: `pgmedic/${run.serverId}/${agreed.blastRadius.relation}`,
      waitMs: PATIENCE_MS,
      isDue: async () => {
        const { kind } = progressIn(await gateOf(run, agreed), run, agreed);
        if (kind !== (isLeftover ? "leftover" : "absent")) return false;
        if (!isLeftover) await countAttempt(run);
        await assertToken(run);
        return true;
      },
    }),
  );
  if (result.outcome === "running") return waiting("the build goes on in the server", CHECK_AGAIN_MS.most);
  if (result.outcome === "busy") return waiting(result.because, checkAgainMs(await attemptsOf(run)));
  const progress = progressIn(await gateOf(run, agreed), run, agreed);
  if (progress.kind !== "built")
    return waiting(result.outcome === "failed" ? result.because : "the index is not valid yet", SECOND_MS);
  await recordExecution(run, progress.index);
  return done();
}

/** Runs that wait for the same server take it by severity: the gravest first. */
async function graverOneWaiting({ incidentId, serverId, severity, runId }: Incident): Promise<string | null> {
  // Who has the server already does not give it back for another: each would wait for the other.
  if ((await services().servers.lock(serverId))?.runId === runId) return null;
  const others = await services().incidents.list({ serverId, unsettled: true });
  const graver = others.find(
    (other) => other.incidentId !== incidentId && isReady(other) && isGraver(other.severity, severity),
  );
  return graver?.incidentId ?? null;
}

const isReady = ({ decision, execution, resolution }: Incident): boolean =>
  decision?.verdict === "approve" && execution === null && resolution === null;
