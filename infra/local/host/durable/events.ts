/** Numbers of the history events in the trigger payload (the DurableTask framework's EventType). */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventRaised: 15,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
} as const;

export interface ParentInstance {
  readonly Name: string;
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
  readonly TaskScheduleId: number;
  readonly Version: null;
}

interface Common {
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
}

export type ExecutionStarted = Common & {
  readonly EventType: typeof EventType.ExecutionStarted;
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
  readonly ParentInstance: ParentInstance | null;
  readonly Name: string;
  /** JSON text, or null when the instance was started without input. */
  readonly Input: string | null;
  /** 0 for a start, one more each time the id is started again, null for a child or a continued instance. */
  readonly Generation: number | null;
  /** The version that the instance was started with, and keeps; absent where none was given. */
  readonly Version?: string;
};

export type FinalStatus = "Completed" | "Failed" | "Terminated";

export type HistoryEvent =
  | ExecutionStarted
  | (Common & {
      readonly EventType: typeof EventType.ExecutionCompleted;
      readonly OrchestrationStatus: FinalStatus | "ContinuedAsNew";
      /** JSON text when completed, else the plain reason. */
      readonly Result: string | null;
    })
  | (Common & { readonly EventType: typeof EventType.ExecutionTerminated; readonly Input: string | null })
  | (Common & { readonly EventType: typeof EventType.TaskScheduled; readonly Name: string })
  | (Common & {
      readonly EventType: typeof EventType.TaskCompleted | typeof EventType.SubOrchestrationInstanceCompleted;
      readonly TaskScheduledId: number;
      /** JSON text; null for an activity that returned nothing. */
      readonly Result: string | null;
    })
  | (Common & {
      readonly EventType: typeof EventType.TaskFailed | typeof EventType.SubOrchestrationInstanceFailed;
      readonly TaskScheduledId: number;
      readonly Reason: string;
      readonly Details: string;
    })
  | (Common & {
      readonly EventType: typeof EventType.SubOrchestrationInstanceCreated;
      readonly Name: string;
      readonly InstanceId: string;
    })
  | (Common & { readonly EventType: typeof EventType.TimerCreated; readonly FireAt: string })
  | (Common & { readonly EventType: typeof EventType.TimerFired; readonly TimerId: number; readonly FireAt: string })
  | (Common & { readonly EventType: typeof EventType.OrchestratorStarted })
  | (Common & { readonly EventType: typeof EventType.OrchestratorCompleted })
  | (Common & { readonly EventType: typeof EventType.EventRaised; readonly Name: string; readonly Input: string })
  | (Common & {
      readonly EventType: typeof EventType.ExecutionSuspended | typeof EventType.ExecutionResumed;
      readonly Reason: string | null;
    });

/** The fields that most events share; `id` is set only on what an orchestration asked for. */
export const stamp = (nowMs: number, id = -1): Common => ({
  EventId: id,
  IsPlayed: false,
  Timestamp: new Date(nowMs).toISOString(),
});

export function executionStarted(options: {
  instanceId: string;
  executionId: string;
  name: string;
  input: string | null;
  parent: ParentInstance | null;
  generation: number | null;
  version: string | null;
  nowMs: number;
}): ExecutionStarted {
  return {
    OrchestrationInstance: { InstanceId: options.instanceId, ExecutionId: options.executionId },
    EventType: EventType.ExecutionStarted,
    ParentInstance: options.parent,
    Name: options.name,
    Input: options.input,
    Generation: options.generation,
    ...(options.version === null ? {} : { Version: options.version }),
    ...stamp(options.nowMs),
  };
}

/** Fields that the real host sends with a constant value; added on the wire only, so that the store stays readable. */
const WIRE_CONSTANTS: Readonly<Partial<Record<number, Readonly<Record<string, unknown>>>>> = {
  [EventType.ExecutionStarted]: {
    Version: null,
    Tags: null,
    Correlation: null,
    ParentTraceContext: null,
    ScheduledStartTime: null,
    GenerateNewTrace: false,
  },
  [EventType.TaskScheduled]: { Version: "", Input: null, ParentTraceContext: null, Tags: null },
  [EventType.TaskFailed]: { FailureDetails: null },
  [EventType.SubOrchestrationInstanceFailed]: { FailureDetails: null },
  [EventType.SubOrchestrationInstanceCreated]: { Version: null, Input: null, ClientSpanId: null, Tags: null },
  [EventType.EventRaised]: { ParentTraceContext: null },
  [EventType.ExecutionCompleted]: { FailureDetails: null },
};

/** The event as the worker's trigger payload has it. */
export const toWire = (event: HistoryEvent): Record<string, unknown> => ({
  ...WIRE_CONSTANTS[event.EventType],
  ...event,
});
