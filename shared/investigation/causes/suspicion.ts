import type { TypedAction } from "../../contracts/actions.ts";
import type { Evidence, EvidenceSource } from "../../contracts/diagnosis.ts";
import type { JudgedBy } from "../../contracts/measure.ts";
import type { TargetStatement } from "../../contracts/proposal.ts";
import type { Cause, Symptom } from "../../contracts/taxonomy.ts";
import type { Observed } from "../observed.ts";

/** One observed fact that speaks for or against a cause. */
export type Point = { source: EvidenceSource; summary: string; facts: Evidence["facts"] };
export const point = (source: EvidenceSource, summary: string, facts: Evidence["facts"] = {}): Point => ({
  source,
  summary,
  facts,
});

/** The action that mends a cause, with what a proposal needs to know of it. */
export type Mending = {
  action: TypedAction;
  judgedBy: JudgedBy;
  note: string;
  estimatedBytes?: number;
  writesPerSecond?: number;
  targets?: TargetStatement[];
};

type Common = {
  cause: Cause;
  /** What it is about: a table, an index, a session, a statement. Sorts suspicions of one cause. */
  subject: string;
  for: Point[];
  against: Point[];
};
/** A cause that was looked into: proven, or rejected with the reason that a person would give. */
export type Suspicion =
  | (Common & {
      proven: true;
      statement: string;
      /** The share of what is complained about that it explains, 0–1. */
      impact: number;
      mending: Mending | null;
      recommendation: string;
    })
  | (Common & { proven: false; because: string });
export type Proven = Extract<Suspicion, { proven: true }>;

/** The rules of one cause. They take what was seen and answer everything that they looked into. */
export type CauseRules = {
  cause: Cause;
  /** Complaints that it can be the reason for. */
  explains: readonly Symptom[];
  weigh: (seen: Observed) => Suspicion[];
};

/** A cause that was looked into and is not it. */
export const rejected = (cause: Cause, subject: string, because: string, against: Point[] = []): Suspicion => ({
  proven: false,
  cause,
  subject,
  because,
  for: [],
  against,
});

/** A share in 0–1, whatever the figures. */
export const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0);

export const percentOf = (part: number): string => `${Math.round(part * 100)} %`;
export const count = (figure: number): string => Math.round(figure).toLocaleString("en");
export const seconds = (figure: number | null): string => {
  if (figure === null) return "never";
  if (figure < 120) return `${Math.round(figure)} s`;
  return figure < 7_200 ? `${Math.round(figure / 60)} min` : `${Math.round(figure / 3_600)} h`;
};
export const megabytes = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GB` : `${Math.round(bytes / 2 ** 20)} MB`;
