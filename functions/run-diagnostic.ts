import { activity } from "../shared/catalogue/diagnostics/activity.ts";
import { GATEWAY, type Place } from "../shared/catalogue/gateway.ts";
import { nextActionsFor, titleOf } from "../shared/catalogue/next-actions.ts";
import { serverLog } from "../shared/catalogue/server-log.ts";
import type { Insight } from "../shared/contracts/diagnostic-run.ts";
import type { NextAction } from "../shared/contracts/log-triage.ts";
import type { ProbeMessage } from "../shared/contracts/messages.ts";
import type { Server } from "../shared/contracts/server.ts";
import type { LoadVerdict } from "../shared/contracts/taxonomy.ts";
import { cutText } from "../shared/core/cut-text.ts";
import { loadOf } from "../shared/investigation/load.ts";
import { one, readServerFacts } from "../shared/investigation/take-snapshot.ts";
import { watchedServers } from "./database.ts";
import { readLog } from "./read-log.ts";
import { services } from "./services.ts";

const MOST_BYTES_OF_A_CELL = 4_000;
const MOST_ROWS = 200;
type Asked = Extract<ProbeMessage["what"], { kind: "diagnostic" }>;
type Found = Pick<Insight, "outcome" | "because" | "load" | "rows" | "rowCount"> & { suggested?: NextAction[] };

const not = (outcome: "refused" | "failed", because: string, load: LoadVerdict | null = null): Found => ({
  outcome,
  because,
  load,
  rows: [],
  rowCount: 0,
});

/** Runs one bounded diagnostic as the investigator, and appends what it found to the incident and to its audit chain. Safe to repeat. */
export async function runDiagnostic(requestId: string, server: Server, asked: Asked): Promise<void> {
  const { incidents, now } = services();
  const { incidentId, actionId, parameters, by } = asked;
  const insightId = `insight-${requestId}`.slice(0, 40);
  const { suggested = [], ...found } = await run(server, asked);
  const at = now().toISOString();
  const insight: Insight = {
    insightId,
    actionId,
    title: titleOf(actionId),
    parameters,
    ...found,
    nextActions: withoutRepeats([...suggested, ...(await nextOf(incidentId))], actionId),
    by,
    at,
  };
  await incidents.keepOnce(incidentId, insightId, insight);
  const { outcome, because, rowCount } = found;
  const detail = { key: insightId, actionId, parameters, outcome, because, rowCount, by };
  await incidents.appendAudit({ incidentId, at, what: "diagnostic", detail });
}

function withoutRepeats(actions: readonly NextAction[], doneId: string): NextAction[] {
  const byWish = new Map(actions.map((next) => [JSON.stringify([next.actionId, next.parameters]), next]));
  return [...byWish.values()].filter(({ actionId }) => actionId !== doneId);
}

async function nextOf(incidentId: string) {
  const diagnosis = (await services().incidents.read(incidentId))?.diagnosis ?? null;
  if (diagnosis !== null && diagnosis.nextActions.length > 0) return diagnosis.nextActions;
  return nextActionsFor(null);
}

async function fromLog(server: Server, parameters: Asked["parameters"]): Promise<Found> {
  const read = await readLog(server, parameters);
  if (read.outcome !== "answered") return not(read.outcome, read.because);
  const { outcome, rows, rowCount, nextActions } = read;
  return { outcome, because: null, load: null, rows, rowCount, suggested: nextActions };
}

async function run(server: Server, { actionId, parameters }: Asked): Promise<Found> {
  if (actionId === serverLog.actionId) return fromLog(server, parameters);
  const diagnostic = GATEWAY.get(actionId);
  if (diagnostic === undefined) return not("refused", `there is no diagnostic ${actionId}`);
  try {
    const purpose = { server, applicationName: "pgmedic/gateway" };
    return await watchedServers().asInvestigator(purpose, async (session) => {
      const facts = await readServerFacts(session);
      const load = loadOf(await one(session.query(activity)), {
        vCores: server.vCores,
        maxConnections: facts.max_connections,
        cpuPercent: null,
      });
      if (diagnostic.risk === "bounded" && load !== "clear")
        return not("refused", `the server is ${load}: this reads its tables, and waits until it is clear`, load);
      const place: Place = {
        version: facts.version,
        schemas: server.schemas,
        statementsSchema: facts.statements_schema,
        statementsVersion: facts.statements_version ?? 0,
      };
      const binding = diagnostic.bind(parameters, place);
      if (!binding.ok) return not("refused", binding.because, load);
      const rows = await session.query(binding.bound.statement, binding.bound.values);
      return {
        outcome: "answered",
        because: null,
        load,
        rows: rows.slice(0, MOST_ROWS).map(asRecord),
        rowCount: rows.length,
      };
    });
  } catch (failure) {
    return not("failed", failure instanceof Error ? failure.message : String(failure));
  }
}

const asRecord = (row: unknown): Record<string, unknown> =>
  typeof row === "object" && row !== null ? Object.fromEntries(Object.entries(row).map(shortened)) : { value: row };

/** Two hundred rows with a statement each must fit into a document. */
const shortened = ([column, value]: [string, unknown]): [string, unknown] => [
  column,
  typeof value === "string" ? cutText(value, MOST_BYTES_OF_A_CELL) : value,
];
