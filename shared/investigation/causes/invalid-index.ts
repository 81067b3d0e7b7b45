import type { IndexHealth } from "../../catalogue/diagnostics/index-health.ts";
import type { Observed } from "../observed.ts";
import { dropping, nameOf } from "./dropping.ts";
import { type CauseRules, type Suspicion, megabytes, point, rejected } from "./suspicion.ts";

/** An index that a broken-off build left: every write keeps it, no read uses it. */
export const invalidIndex: CauseRules = {
  cause: "invalid_index",
  explains: ["cpu", "io", "latency", "storage", "bloat", "errors", "any"],
  weigh: (seen) => seen.indexes.filter(({ is_valid: isValid }) => !isValid).map((index) => weighInvalid(seen, index)),
};

function weighInvalid(seen: Observed, index: IndexHealth): Suspicion {
  const cause = "invalid_index";
  const subject = nameOf(index);
  const builder = seen.progress.find(({ command, table_oid: oid }) => oid === index.table_oid && /INDEX/.test(command));
  if (builder !== undefined)
    return rejected(cause, subject, "it is being built right now: a build under way looks the same in pg_index", [
      point("pg_stat_progress", `Session ${builder.pid} is at it: ${builder.phase}.`, { pid: builder.pid }),
    ]);
  return {
    proven: true,
    cause,
    subject,
    statement: `${index.index} on ${index.table} is invalid: a build of it broke off. Writes keep it, no read can use it.`,
    impact: 0.3,
    for: [
      point(
        "pg_index",
        `indisvalid is false, and ${index.is_ready ? "every write to the table keeps it" : "it is not kept either"}; ${megabytes(index.bytes)}.`,
        { isValid: false, isReady: index.is_ready, bytes: index.bytes },
      ),
      point("pg_stat_progress", "No session builds an index on this table.", { builds: 0 }),
    ],
    against: [],
    mending: dropping(index),
    recommendation: `Drop ${subject} and build it again: ${index.definition}`,
  };
}
