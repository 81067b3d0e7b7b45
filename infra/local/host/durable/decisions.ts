import type { FinalStatus, HistoryEvent } from "./events.ts";

/** What an episode newly asks the host to do; ids are the sequence numbers that history refers to. */
export type Decision =
  | { readonly kind: "activity"; readonly id: number; readonly name: string; readonly input: string | null }
  | ChildDecision
  | { readonly kind: "timer"; readonly id: number; readonly fireAtMs: number }
  | CompleteDecision
  | ContinueDecision;

export interface ChildDecision {
  readonly kind: "child";
  readonly id: number;
  readonly name: string;
  readonly instanceId: string;
  readonly input: string | null;
}

export interface CompleteDecision {
  readonly kind: "complete";
  readonly id: number;
  readonly status: FinalStatus;
  /** JSON text when completed, the plain reason when failed or terminated. */
  readonly result: string | null;
}

export interface ContinueDecision {
  readonly kind: "continueAsNew";
  readonly id: number;
  readonly input: string | null;
  /** Events of this episode that the next generation still gets. */
  readonly carried: readonly HistoryEvent[];
}
