// What a scenario is: a server in a known state, an alert, and the one right answer to it.
import type { ActionKind, Cause } from "../../../shared/contracts/taxonomy.ts";

/** Draws whole numbers from 1 to `highest`: the same ones in every run. */
export type Draw = (highest: number) => number;

export type Step = {
  text: string;
  values?: (draw: Draw) => unknown[];
  /** Prepares the statement under this name and executes it, as many drivers do. */
  name?: string;
};

/** What an application does again and again. An error ends the round, not the connection. */
export type Work = {
  steps: readonly Step[] | Step;
  /** The role; default `app`. */
  as?: string;
  application?: string;
  connections?: number;
  /** From the start of a round to the start of the next; default 0. */
  paceMs?: number;
};

/** A session that stays. Its steps run first; `last` is sent then and not waited for. */
export type Held = {
  /** What `parameters` call its process id by. */
  name: string;
  as?: string;
  application?: string;
  /** Speaks the replication protocol. */
  isReplication?: true;
  steps: readonly string[];
  last?: string;
  /** How many of them. */
  sessions?: number;
};

/** What is known only once the scenario runs. */
export type Live = { database: string; pids: Readonly<Record<string, number>> };
type Parameters = Readonly<Record<string, unknown>>;

export type Expected =
  | {
      verdict: "cause";
      cause: Cause;
      kind: ActionKind;
      /** A subset of the action's parameters. */
      parameters: Parameters | ((live: Live) => Parameters);
      /** Other causes that are really there: all must be said. */
      also?: readonly Cause[];
    }
  | { verdict: "handoff"; cause: Cause; also?: readonly Cause[] }
  /** Nothing is to be done: any of these verdicts is right. */
  | { verdict: readonly ("expected" | "healthy" | "unexplained")[] };

/** What would be wrong: naming one of these causes as proven, or proposing such an action. */
export type MustNot = {
  causes?: readonly Cause[];
  kinds?: readonly ActionKind[] | "any";
  /** A proposed statement that matches. */
  statement?: RegExp;
};

export type Scenario = {
  title: string;
  alert: { metric: string | null; value: number; rule?: string };
  expected: Expected;
  mustNot: MustNot;
  /** The cause whose look-alike it is. */
  decoyOf?: Cause;
  /** Nothing is wrong. */
  isControl?: true;
  vCores?: number;
  /** The end of `create database`. */
  database?: string;
  /** Needs a server of its own that is started with these settings. */
  settings?: Readonly<Record<string, string>>;
  /** Needs a PostgreSQL that can compile expressions, which not every build can. */
  needs?: "jit";
  /** Load of before: it runs for `ms`, and a reading is taken after it. */
  before?: { workload: readonly Work[]; ms: number };
  held?: readonly Held[];
  /** How old the held sessions are when the observation begins; default 0. */
  ageMs?: number;
  workload?: readonly Work[];
  /** How long the load has run when the alert comes; default 4,000. */
  observedMs?: number;
  /** Runs on to approval, execution and verification, and must end so. */
  heals?: "resolved";
};
