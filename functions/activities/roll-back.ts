import type { StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { audited, ownEntry } from "../../shared/core/incident-writes.ts";
import { MINUTE_MS, SECOND_MS } from "../../shared/core/time.ts";
import { readGate } from "../../shared/execution/gates.ts";
import { runStatement } from "../../shared/execution/run-statement.ts";
import { watchedServers } from "../database.ts";
import { services } from "../services.ts";
import { acquireLock, assertToken } from "./acquire-lock.ts";
import { readAutonomy } from "./guardrail-facts.ts";
import { theIncident, theServer } from "./subject.ts";

const PATIENCE_MS = 4 * MINUTE_MS;
const waiting = (because: string): StepOutput<"rollBack"> => ({
  outcome: "waiting",
  because,
  checkAgainMs: 15 * SECOND_MS,
});

/** Undoes what was executed by the saved inverse. Only the very object that was made is removed: it is known by its OID. */
export async function rollBack(input: StepInput<"rollBack">): Promise<StepOutput<"rollBack">> {
  const { incidents, outbox, now } = services();
  const { because, ...run } = input;
  const incident = await theIncident(run);
  if (incident.rollBack?.done === true) return { outcome: "done" };
  const { proposal, execution } = incident;
  if (proposal === null || execution === null) throw new Error("nothing was executed that could be undone");
  const { killSwitch } = await readAutonomy();
  if (killSwitch !== "off") return { outcome: "failed", because: "the kill switch is on: undo it by hand" };
  const locked = await acquireLock(run);
  if (locked.outcome === "held") return waiting(`the run ${locked.heldBy} has the server`);

  const server = await theServer(run);
  const { parameters } = proposal.action;
  const purpose = { server, applicationName: `pgmedic/${run.runId}/undo` };
  const look = () => watchedServers().asInvestigator(purpose, (session) => readGate(session, server, parameters));
  const isThere = async (): Promise<string | null> => {
    const { table } = await look();
    return table?.indexes.some(({ oid }) => oid === execution.objectOid) === true ? table.owner : null;
  };
  const owner = await isThere();
  if (owner !== null) {
    const target = `pgmedic/${run.serverId}/${proposal.blastRadius.relation}`;
    const isDue = async (): Promise<boolean> => {
      const isStillThere = (await isThere()) !== null;
      await assertToken(run);
      return isStillThere;
    };
    const request = { name: "drop_index", sql: proposal.inverse.statement, owner, target, waitMs: PATIENCE_MS, isDue };
    const result = await watchedServers().asExecutor(purpose, (session) => runStatement(session, request));
    if ((await isThere()) !== null)
      return waiting(result.outcome === "failed" ? result.because : "the index is still there");
  }
  const at = now();
  const done = { statement: proposal.inverse.statement, because, at: at.toISOString(), done: true };
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
