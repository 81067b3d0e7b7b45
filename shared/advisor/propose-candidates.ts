import type { RejectedCandidate, WorkloadStatement } from "./advice.ts";
import { type Candidate, candidateName, coveringIndex, ideasFor } from "./candidates.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import { type Scan, scansOf } from "./scans.ts";
import type { Node } from "./syntax.ts";

/** Smaller tables are read faster than an index would be searched (research on open advisers agrees on the order of magnitude). */
export const SMALL_TABLE: SmallTable = { rows: 1_000, bytes: 8 * 2 ** 20 };
export type SmallTable = { rows: number; bytes: number };

export const isSmall = (table: CatalogTable, limit: SmallTable = SMALL_TABLE): boolean =>
  table.rows < limit.rows || table.bytes < limit.bytes;

/** A set of candidates, nearly always of one, with the statements that asked for it. */
export type Idea = { members: Candidate[]; statements: number[] };
export type Proposal = { ideas: Idea[]; rejected: RejectedCandidate[] };

/** What the workload's scans ask for, each set once, in an order that does not depend on that of the statements. */
export function proposeCandidates(
  statements: readonly WorkloadStatement[],
  catalog: Catalog,
  small: SmallTable,
): Proposal {
  const ideas = new Map<string, Idea>();
  const rejected = new Map<string, string>();
  const known = new Map<string, Candidate>();
  for (const [at, statement] of statements.entries()) {
    for (const { scan, sets, refused } of ideasOf(statement, catalog)) {
      for (const { what, because } of refused) rejected.set(`${what} (${scan.table.table})`, because);
      for (const set of sets) note(set, at);
    }
  }
  return {
    ideas: [...ideas].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, idea]) => idea),
    rejected: [...rejected]
      .map(([what, because]) => ({ what, because }))
      .toSorted((a, b) => (a.what < b.what ? -1 : 1)),
  };

  function note(set: readonly Candidate[], at: number): void {
    const members = set.flatMap((candidate) => {
      const name = candidateName(candidate);
      const because = unfit(candidate, small);
      if (because !== null) rejected.set(name, because);
      // One object for one index, however many scans ask for it.
      if (because === null && !known.has(name)) known.set(name, candidate);
      return because === null ? (known.get(name) ?? []) : [];
    });
    // Of an OR the arms that an existing index serves need no other; all the rest must be there.
    if (members.length === 0 || members.length < set.filter((one) => coveringIndex(one) === null).length) return;
    const name = members.map(candidateName).toSorted().join(" + ");
    const idea = ideas.get(name) ?? { members, statements: [] };
    if (!idea.statements.includes(at)) idea.statements.push(at);
    ideas.set(name, idea);
  }
}

type ScanIdeas = { scan: Scan; sets: Candidate[][]; refused: readonly { what: string; because: string }[] };

/**
 * What a statement asks for. Calls with their constants tell more than the normalised text, but no predicate is taken from them:
 * other calls of the same statement may have other constants.
 */
function ideasOf({ syntax, examples = [] }: WorkloadStatement, catalog: Catalog): ScanIdeas[] {
  const ideas = (from: Node): ScanIdeas[] =>
    scansOf(from, catalog).map((scan) => ({ scan, ...ideasFor(scan, catalog) }));
  const general = ideas(syntax);
  if (examples.length === 0) return general;
  const hasConstant = ({ shape }: Candidate): boolean => shape.where.some((condition) => "value" in condition);
  const seen = examples
    .flatMap((example) => ideas(example.syntax))
    .map((one) => ({ ...one, sets: one.sets.filter((set) => !set.some(hasConstant)) }));
  return [...general.map((one) => ({ ...one, refused: [] })), ...seen];
}

/** Why a candidate is not even tried; null when it is. */
function unfit(candidate: Candidate, small: SmallTable): string | null {
  const { table } = candidate;
  if (table.kind === "p") return "an index on a partitioned table cannot be built concurrently: it would block writes";
  const covering = coveringIndex(candidate);
  if (covering !== null) return `${covering} already begins with these columns`;
  if (isSmall(table, small)) {
    return `the table is small (${Math.max(0, Math.round(table.rows))} rows, ${Math.round(table.bytes / 1024)} kB): reading it whole is fast`;
  }
  return null;
}
