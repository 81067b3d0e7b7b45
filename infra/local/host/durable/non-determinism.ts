import { EventType, type HistoryEvent } from "./events.ts";
import type { Decision } from "./decisions.ts";

/** The orchestrator's code asks for something else than history says it asked for before. */
export class NonDeterminism extends Error {
  constructor(problem: string) {
    super(
      `Non-Deterministic workflow detected: A previous execution of this orchestration scheduled ${problem} ` +
        "Was a change made to the orchestrator code after this instance had already started running?",
    );
  }
}

export type ScheduleEvent = Extract<HistoryEvent, { EventType: 4 | 7 | 10 }>;

export const isScheduleEvent = (event: HistoryEvent): event is ScheduleEvent =>
  event.EventType === EventType.TaskScheduled ||
  event.EventType === EventType.SubOrchestrationInstanceCreated ||
  event.EventType === EventType.TimerCreated;

/** The framework's names of what an orchestrator can ask for; its messages contain them. */
const ACTION_TYPES: Readonly<Record<Decision["kind"], string>> = {
  activity: "ScheduleTaskOrchestratorAction",
  child: "CreateSubOrchestrationAction",
  timer: "CreateTimerOrchestratorAction",
  complete: "OrchestrationCompleteOrchestratorAction",
  continueAsNew: "OrchestrationCompleteOrchestratorAction",
};

interface Expected {
  readonly kind: Decision["kind"];
  readonly noun: string;
  readonly name: string | undefined;
  readonly details: string;
}

function expectedBy(event: ScheduleEvent): Expected {
  switch (event.EventType) {
    case EventType.TaskScheduled:
      return { kind: "activity", noun: "an activity task", name: event.Name, details: "version ''" };
    case EventType.SubOrchestrationInstanceCreated: {
      const details = `version '', instance ID '${event.InstanceId}'`;
      return { kind: "child", noun: "a sub-orchestration task", name: event.Name, details };
    }
    case EventType.TimerCreated:
      return { kind: "timer", noun: "a timer task", name: undefined, details: "" };
  }
}

/** How the current code contradicts a schedule event of the history, in the real host's words; undefined if it agrees. */
export function contradiction(event: ScheduleEvent, decision: Decision | undefined): string | undefined {
  const id = event.EventId;
  const { kind, noun, name, details } = expectedBy(event);
  if (decision === undefined) {
    const described =
      name === undefined ? `sequence number ${id}` : `sequence ID ${id} and name '${name}' (${details}),`;
    return `${noun} with ${described} but the current replay execution hasn't (yet?) scheduled this task.`;
  }
  const before = `${noun} with sequence number ${id}${name === undefined ? "" : ` named '${name}'`}, but the current orchestration replay instead`;
  if (decision.kind !== kind)
    return `${before} produced a ${ACTION_TYPES[decision.kind]} action with this sequence number.`;
  const newName = "name" in decision ? decision.name : undefined;
  if (name?.toLowerCase() === newName?.toLowerCase()) return undefined;
  return `${before} scheduled ${noun} named '${newName}' with this sequence number. `; // two spaces, as recorded
}
