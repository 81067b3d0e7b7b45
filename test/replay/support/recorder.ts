// Plays a script on the local Functions host, with the real orchestrator and a driven clock: days pass in a moment.
import { setImmediate as immediate } from "node:timers/promises";
import * as df from "durable-functions";
import { createManualClock, type ManualClock } from "../../../infra/local/host/clock.ts";
import type { HistoryEvent } from "../../../infra/local/host/durable/events.ts";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { type Host, startHost } from "../../../infra/local/host/host.ts";
import { decisionEvent, type StepName, steps } from "../../../shared/contracts/steps.ts";
import { NAME, type Orchestrator } from "./replayer.ts";
import { type Script, START } from "./scripts.ts";

const HOUR_MS = 3_600_000;
const LONGEST_MS = 30 * 24 * HOUR_MS;
const RUN = { incidentId: "inc-1", serverId: "shop", runId: "inc-1-r1" };
/** The host makes up an execution id for each start. */
const EXECUTION = "execution";

// Every name of `steps`, whose type its keys do not carry.
const STEP_NAMES = Object.keys(steps) as StepName[];

/** Records the history of one run. */
export async function record(orchestrator: Orchestrator, script: Script): Promise<HistoryEvent[]> {
  const clock = createManualClock(Date.parse(START));
  const app = await collectApp(() => {
    df.app.orchestration(NAME, orchestrator as df.OrchestrationHandler); // typed more narrowly than it is used
    for (const name of STEP_NAMES) registerStep(name, script);
  });
  const host = await startHost({ app, port: 0, stateFolder: ":memory:", clock, graceMs: 100, log: () => undefined });
  try {
    host.engine.commands.start(NAME, JSON.stringify(RUN), RUN.runId);
    await play(host, clock, script);
    return host.engine.commands.history(RUN.runId).map(withoutIds);
  } finally {
    await host.stop();
  }
}

function registerStep(name: StepName, { answers }: Script): void {
  let calls = 0;
  df.app.activity(name, {
    handler: (input: unknown) => {
      steps[name].input.parse(typeof input === "string" ? JSON.parse(input) : input);
      const known = answers[name] ?? [];
      const answer = known[Math.min(calls, known.length - 1)];
      calls += 1;
      if (answer === undefined) throw new Error(`the script has no answer for ${name}`);
      if (answer instanceof Error) throw answer;
      return steps[name].output.parse(answer);
    },
  });
}

const statusOf = (host: Host): string | undefined => host.engine.commands.instance(RUN.runId)?.status;
const isAsked = (host: Host, round: number): boolean =>
  host.engine.commands
    .history(RUN.runId)
    .filter((event) => "TaskScheduledId" in event && "Result" in event && event.Result?.includes(`"prop-${round}"`))
    .length > 0;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await immediate();
}

/** Lets time pass, with a stop at everything that is due on the way, until the run has ended. */
async function play(host: Host, clock: ManualClock, { decisions }: Script): Promise<void> {
  const endMs = clock.now() + LONGEST_MS;
  const open = [...decisions];
  await settle();
  while (statusOf(host) !== "Completed" && clock.now() < endMs) {
    const [next] = open;
    if (next !== undefined && isAsked(host, next.round)) {
      open.shift();
      clock.advanceTo(clock.now() + next.afterHours * HOUR_MS);
      const decision = { decisionId: `dec-${next.round}`, verdict: next.verdict };
      host.engine.commands.raiseEvent(RUN.runId, decisionEvent(next.round), JSON.stringify(decision));
    } else {
      const dueMs = clock.nextWakeMs();
      if (dueMs === undefined) break;
      clock.advanceTo(dueMs);
    }
    await settle();
  }
  if (statusOf(host) !== "Completed") throw new Error(`the run is ${statusOf(host)} at the end of the script`);
}

function withoutIds(event: HistoryEvent): HistoryEvent {
  if (!("OrchestrationInstance" in event)) return event;
  return { ...event, OrchestrationInstance: { ...event.OrchestrationInstance, ExecutionId: EXECUTION } };
}
