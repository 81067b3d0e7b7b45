import type { Candidate } from "./candidates.ts";
import type { Catalog } from "./catalog.ts";
import type { PlanNode } from "./plan.ts";

/** A candidate as it stands in the clone; switched off until it is tried. */
export type HypotheticalIndex = { name: string; oid: number; bytes: number; candidate: Candidate };
export type Planned = { ok: true; cost: number; plan: PlanNode; text: string } | { ok: false; because: string };
export type Loaded = {
  indexes: HypotheticalIndex[];
  /** Candidates that the clone could not make, with PostgreSQL's reason. */
  failed: { candidate: Candidate; because: string }[];
  /** What of the server could not be rebuilt. */
  problems: string[];
};

/** How a plan is to be made other than on the server as it is. */
export type PlanWish = {
  /** Names of existing indexes that are to be overlooked. */
  without?: readonly string[];
  /** Settings for this plan alone: `{ work_mem: "64MB" }`. */
  settings?: Readonly<Record<string, string>>;
  /** False leaves the plan's text empty: that is a second EXPLAIN. */
  text?: boolean;
};

/** A server's planner, rebuilt: see planner-clone.ts for what it does and clone-thread.ts for where it runs. */
export type PlannerClone = {
  /** Replaces what the clone holds by a server's tables and the given candidates. */
  load: (catalog: Catalog, candidates: readonly Candidate[]) => Promise<Loaded>;
  /** Plans a query as it stands in pg_stat_statements, `$1` and all, with the given candidates switched on. */
  plan: (query: string, on?: readonly HypotheticalIndex[], wish?: PlanWish) => Promise<Planned>;
  close: () => Promise<void>;
};

/** What the thread answers to `load`: candidates by their places, since what crosses is a copy. */
export type LoadedInThread = {
  indexes: { name: string; oid: number; bytes: number; place: number }[];
  failed: { place: number; because: string }[];
  problems: string[];
};

/** What the two threads say to each other; both ends are this very program. */
export type CloneRequest = { id: number } & (
  | { what: "load"; catalog: Catalog; candidates: readonly Candidate[] }
  | { what: "plan"; query: string; on: readonly number[]; wish: PlanWish }
  | { what: "close" }
);
export type CloneAnswer = { id: number; ok: true; value: LoadedInThread | Planned | null } & { because?: never };
export type CloneFailure = { id: number; ok: false; because: string };

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
