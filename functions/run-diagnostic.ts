import { nextActionsFor, titleOf } from "../shared/catalogue/next-actions.ts";
import { serverLog } from "../shared/catalogue/server-log.ts";
import type { Insight } from "../shared/contracts/diagnostic-run.ts";
import type { NextAction } from "../shared/contracts/log-triage.ts";
import type { ProbeMessage } from "../shared/contracts/messages.ts";
import type { Server } from "../shared/contracts/server.ts";
import { type Answered, askGateway, notAnswered } from "../shared/investigation/ask-gateway.ts";
import { watchedServers } from "./database.ts";
import { readLog } from "./read-log.ts";
import { services } from "./services.ts";

type Asked = Extract<ProbeMessage["what"], { kind: "diagnostic" }>;
type Found = Answered & { suggested?: NextAction[] };

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
  if (read.outcome !== "answered") return notAnswered(read.outcome, read.because);
  const { outcome, rows, rowCount, nextActions } = read;
  return { outcome, because: null, load: null, rows, rowCount, suggested: nextActions };
}

const run = (server: Server, asked: Asked): Promise<Found> =>
  asked.actionId === serverLog.actionId
    ? fromLog(server, asked.parameters)
    : askGateway(watchedServers(), server, asked);
