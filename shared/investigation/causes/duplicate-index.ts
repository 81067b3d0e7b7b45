import type { IndexHealth } from "../../catalogue/diagnostics/index-health.ts";
import { dropping, nameOf } from "./dropping.ts";
import { type CauseRules, type Suspicion, count, megabytes, point, rejected } from "./suspicion.ts";

/** Two indexes with the same definition: one of them is pure cost. */
export const duplicateIndex: CauseRules = {
  cause: "duplicate_index",
  explains: ["cpu", "io", "latency", "storage", "bloat", "any"],
  weigh: (seen) => {
    const groups = Map.groupBy(
      seen.indexes.filter(({ is_valid: isValid }) => isValid),
      ({ identity }) => identity,
    );
    return [...groups.values()].filter((group) => group.length > 1).flatMap(weighDuplicates);
  },
};

function weighDuplicates(group: readonly IndexHealth[]): Suspicion[] {
  const cause = "duplicate_index";
  // What a constraint or a replica identity rests on stays, then what keeps values unique, then what is used.
  const [kept, ...others] = [...group].sort(
    (a, b) => worth(b) - worth(a) || b.scans - a.scans || (a.index < b.index ? -1 : 1),
  );
  if (kept === undefined) return [];
  return others.map((index): Suspicion => {
    const subject = nameOf(index);
    if (index.is_attached) return rejected(cause, subject, "it is part of a partitioned table's index");
    if (worth(index) > 0 && !(index.is_unique && kept.is_unique && !index.is_constraint && !index.is_replica_identity))
      return rejected(cause, subject, "a constraint, uniqueness or the replica identity rests on it");
    return {
      proven: true,
      cause,
      subject,
      statement: `${index.index} is the same index as ${kept.index} on ${index.table}: each write pays for both.`,
      impact: 0.2,
      for: [
        point(
          "pg_index",
          `Columns, operator classes, collations, directions, expressions and condition agree: ${index.definition}`,
          { index: index.index, twin: kept.index },
        ),
        point(
          "pg_stat_user_indexes",
          `${index.index} was scanned ${count(index.scans)} times, ${kept.index} ${count(kept.scans)} times; it takes ${megabytes(index.bytes)}.`,
          { scans: index.scans, twinScans: kept.scans, bytes: index.bytes },
        ),
      ],
      against: [],
      mending: dropping(index),
      recommendation: `Drop ${subject}; ${kept.index} serves the same searches.`,
    };
  });
}

const worth = (index: IndexHealth): number =>
  (index.is_constraint ? 4 : 0) + (index.is_replica_identity || index.is_attached ? 4 : 0) + (index.is_unique ? 2 : 0);
