import type { PlanFigure } from "../contracts/proposal.ts";
import type { Candidate } from "./candidates.ts";
import type { CatalogTable } from "./catalog.ts";
import type { Node } from "./syntax.ts";

/** A statement of the workload with what it cost in the interval. */
export type WorkloadStatement = {
  key: string;
  query: string;
  syntax: Node;
  totalMs: number;
  /** Calls of the same statement as they were seen, with their constants: pg_stat_statements has only `$1` in their place. */
  examples?: readonly { query: string; syntax: Node }[];
};

/** Rows a second that a table takes in. */
export type Writes = (table: CatalogTable) => number;
export type Workload = {
  statements: readonly WorkloadStatement[];
  seconds: number;
  /** Rows written a second that every index of the table has to follow: inserts, and updates that are not HOT. */
  writesPerSecond: Writes;
  /** Updates that touch no index: they stop being so when an index holds a column that they set. */
  hotUpdatesPerSecond?: Writes;
};

export type Limits = {
  /** Tables below either figure get no index. */
  smallTable: { rows: number; bytes: number };
  mostIndexes: number;
  budgetBytes: number;
  /** An index must make some statement's plan at least this much cheaper (0.5: half). */
  costRatio: number;
  /** A gain below this share of the whole is not worth an index, unless it makes a dear statement twice as fast. */
  leastShare: number;
  /** How many times dearer an insert into a table may become by its new indexes. */
  insertSlowdown: number;
  /** What a statement weighs: its time, or, for queries without a history, the cost of its plan. */
  weighBy: "time" | "plan cost";
};

/** Which of PgMedic's causes an index answers. */
export type Need =
  | "missing_index"
  | "missing_expression_index"
  | "missing_text_pattern_index"
  | "missing_trigram_index"
  | "missing_jsonb_index"
  | "missing_sort_index"
  | "missing_fk_index"
  | "wrong_column_order";

/** What an index would do for one statement. */
export type Gain = { statement: WorkloadStatement; before: PlanFigure; after: PlanFigure; savedMs: number };
export type RejectedCandidate = { what: string; because: string };
export type Choice = {
  candidate: Candidate;
  need: Need;
  bytes: number;
  /** What it does by itself, or with the others of `together`. */
  gains: Gain[];
  savedMs: number;
  writesPerSecond: number;
  /** Indexes that help only along with this one: the other arms of an OR. */
  together: Candidate[];
  /** An extension that must be installed first. */
  missingExtension: string | null;
  /** An existing index with the same columns in an order that does not serve: dispensable once this one is there. */
  insteadOf: string | null;
};
export type Advice = {
  /** The first of `chosen`. */
  choice: Choice | null;
  /** Indexes that help together, the one that saves most by itself first. */
  chosen: Choice[];
  rejected: RejectedCandidate[];
  /** Statements that no plan could be made for, with the reason. */
  unplanned: { key: string; because: string }[];
  problems: string[];
  /** Plan cost of each statement as it is, and with all of `chosen`. */
  costs: { key: string; before: number; after: number }[];
  /** How many plans were made. */
  explains: number;
};
