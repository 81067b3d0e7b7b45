import type { Candidate } from "./candidates.ts";
import type { Catalog } from "./catalog.ts";
import type { PlanNode } from "./plan.ts";

/** A candidate as it stands in the clone; switched off until it is tried. */
export type HypotheticalIndex = { name: string; bytes: number; candidate: Candidate };
export type Planned = { ok: true; cost: number; plan: PlanNode; text: string } | { ok: false; because: string };
export type Loaded = { indexes: HypotheticalIndex[]; problems: string[] };

/** A server's planner, rebuilt: see planner-clone.ts for what it does and clone-thread.ts for where it runs. */
export type PlannerClone = {
  /** Replaces what the clone holds by a server's tables and the given candidates. Answers what could not be rebuilt. */
  load: (catalog: Catalog, candidates: readonly Candidate[]) => Promise<Loaded>;
  /** Plans a query as it stands in pg_stat_statements, `$1` and all, with the given candidates switched on. */
  plan: (query: string, on?: readonly HypotheticalIndex[]) => Promise<Planned>;
  close: () => Promise<void>;
};

/** What the two threads say to each other; both ends are this very program. */
export type CloneRequest = { id: number } & (
  | { what: "load"; catalog: Catalog; candidates: readonly Candidate[] }
  | { what: "plan"; query: string; on: readonly HypotheticalIndex[] }
  | { what: "close" }
);
export type CloneAnswer = { id: number; ok: true; value: Loaded | Planned | null } & { because?: never };
export type CloneFailure = { id: number; ok: false; because: string };

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
