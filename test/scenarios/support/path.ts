// The two ways from an alert to an answer: in this process, or through the whole local cloud.
import type { Diagnosis } from "../../../shared/contracts/diagnosis.ts";
import type { ProposedAction } from "../../../shared/contracts/proposal.ts";
import type { Server } from "./arena.ts";
import type { Scenario } from "./scenario.ts";

export type Subject = { name: string; scenario: Scenario; server: Server; database: string };

export type Answer = {
  diagnosis: Diagnosis;
  proposal: ProposedAction | null;
  /** Why there is no proposal although there is a remedy. */
  refusal: string | null;
  /** From the alert to the answer. */
  ms: number;
};

export type Path = {
  /** Makes the scenario's server known. */
  register: (subject: Subject) => Promise<void>;
  /** Takes a reading of the server's counters, as the timer does every minute. */
  takeReading: (subject: Subject) => Promise<void>;
  ask: (subject: Subject) => Promise<Answer>;
  /** Approves the proposal and waits for the end: the incident's last state. Null where the path cannot. */
  heal: ((subject: Subject) => Promise<string>) | null;
  /** The scenario is over. */
  forget: (subject: Subject) => Promise<void>;
  close: () => Promise<void>;
};
