// Runs an orchestrator over a recorded history, episode by episode, with the real SDK.
import * as df from "durable-functions";
import { createInvoker } from "../../../infra/local/host/invocation.ts";
import type { Action, OrchestratorReply } from "../../../infra/local/host/durable/actions.ts";
import { EventType, type HistoryEvent } from "../../../infra/local/host/durable/events.ts";
import { callOrchestrator, startEvent } from "../../../infra/local/host/durable/orchestrator-call.ts";
import { replay } from "../../../infra/local/host/durable/replay.ts";
import { collectApp } from "../../../infra/local/host/functions-core.ts";

export const NAME = "respondToAlert";
export type Orchestrator = (context: df.OrchestrationContext) => Generator<df.Task, unknown, unknown>;
export type Replay = (history: readonly HistoryEvent[]) => Promise<Replayed>;
/** One reply for each episode; `problem` when the host would not go on from there. */
export type Replayed = { replies: OrchestratorReply[]; problem: string | null };

const ASKED_FOR = new Set<number>([
  EventType.TaskScheduled,
  EventType.SubOrchestrationInstanceCreated,
  EventType.TimerCreated,
  EventType.ExecutionCompleted,
  EventType.OrchestratorCompleted,
]);

/** Where each episode's own messages begin and end; what it asked for comes after them. */
function episodesOf(history: readonly HistoryEvent[]): { from: number; to: number }[] {
  const starts = history.flatMap(({ EventType: type }, at) => (type === EventType.OrchestratorStarted ? [at] : []));
  return starts.map((from) => {
    const length = history.slice(from).findIndex(({ EventType: type }) => ASKED_FOR.has(type));
    return { from, to: length === -1 ? history.length : from + length };
  });
}

/** Makes a replayer for one version of the orchestrator. */
export async function replayerOf(orchestrator: Orchestrator): Promise<Replay> {
  // The SDK types a handler's generator more narrowly than it is used.
  const app = await collectApp(() => df.app.orchestration(NAME, orchestrator as df.OrchestrationHandler));
  const definition = app.functions.get(NAME.toLowerCase());
  if (definition === undefined) throw new Error("the orchestrator was not registered");
  const invoke = createInvoker({ app, clientBinding: () => "", log: () => undefined });

  return async (history) => {
    const { OrchestrationInstance: ids } = startEvent({ past: history, fresh: [] });
    const replies: OrchestratorReply[] = [];
    for (const { from, to } of episodesOf(history)) {
      const past = history.slice(0, from);
      const fresh = history.slice(from, to).map((event) => ({ ...event, IsPlayed: false }));
      const generation = { instanceId: ids.InstanceId, executionId: ids.ExecutionId, past, fresh };
      const outcome = await callOrchestrator(invoke, definition, generation);
      if (outcome.kind === "failed") return { replies, problem: outcome.reason };
      replies.push(outcome.reply);
      const options = { executionId: ids.ExecutionId, functionName: NAME, reply: outcome.reply };
      const failure = replay(options, [...past, ...fresh]).find(
        (decision) => decision.kind === "complete" && decision.status === "Failed",
      );
      if (failure !== undefined) return { replies, problem: JSON.stringify(failure) };
    }
    return { replies, problem: null };
  };
}

/** Whether a timer was cancelled shows only when the episode after it has run: it is no action of its own. */
function uncancelled(action: Action): Action {
  if ("compoundActions" in action) return { ...action, compoundActions: action.compoundActions.map(uncancelled) };
  return action.actionType === 5 ? { ...action, isCanceled: false } : action;
}

export type Recorded = { history: HistoryEvent[]; actions: Action[]; actionsAfterEpisode: number[]; output: unknown };

/** What a history was recorded with, in the form that is stored. */
export async function recordedFrom(replayOf: Replay, history: HistoryEvent[]): Promise<Recorded> {
  const { replies, problem } = await replayOf(history);
  const last = replies.at(-1);
  if (problem !== null || last === undefined) throw new Error(`the history does not replay: ${problem}`);
  return {
    history,
    actions: [...last.actions],
    actionsAfterEpisode: replies.map(({ actions }) => actions.length),
    output: last.output,
  };
}

/** Everything that another version of the orchestrator does differently over a recorded history. */
export async function differences(replayOf: Replay, recorded: Recorded): Promise<string[]> {
  const { history, actions, actionsAfterEpisode, output } = recorded;
  const { replies, problem } = await replayOf(history);
  const found = problem === null ? [] : [problem];
  for (const [episode, reply] of replies.entries()) {
    const expected = actions.slice(0, actionsAfterEpisode[episode]).map(uncancelled);
    if (JSON.stringify(reply.actions.map(uncancelled)) !== JSON.stringify(expected))
      found.push(`episode ${episode + 1} asks for ${JSON.stringify(reply.actions.slice(-2))}`);
  }
  const last = replies.at(-1);
  if (JSON.stringify(last?.actions) !== JSON.stringify(actions)) found.push("the actions at the end differ");
  if (JSON.stringify(last?.output) !== JSON.stringify(output)) found.push(`it answers ${JSON.stringify(last?.output)}`);
  return found;
}
