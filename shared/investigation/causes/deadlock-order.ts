import { costly, nameOf } from "./statements.ts";
import { type CauseRules, count, point, seconds } from "./suspicion.ts";

/** Transactions that take the same locks in another order. */
export const deadlockOrder: CauseRules = {
  cause: "deadlock_order",
  explains: ["deadlocks", "locks", "errors", "latency", "any"],
  weigh: (seen) => {
    const deadlocks = seen.interval.database?.deadlocks ?? 0;
    const isComplaint = seen.complaint.symptom === "deadlocks";
    if (deadlocks === 0) return [];
    const writers = costly(seen).filter(
      ({ statement }) => statement.syntax.kind === "UpdateStmt" || statement.syntax.kind === "DeleteStmt",
    );
    const names = [...new Set(seen.workload.updates.map(({ table }) => table))].toSorted();
    return [
      {
        proven: true,
        cause: "deadlock_order",
        subject: names.length === 0 ? "transactions" : names.join(", "),
        statement: `${count(deadlocks)} deadlocks in ${seconds(seen.interval.seconds)}: transactions change the same rows in another order.`,
        impact: isComplaint ? 1 : 0.4,
        for: [
          point("pg_stat_database", `deadlocks rose by ${count(deadlocks)}.`, { deadlocks }),
          ...writers
            .slice(0, 3)
            .map(({ statement, delta }) =>
              point(
                "pg_stat_statements",
                `${nameOf(statement.key)} changes rows, ${count(delta.calls)} calls of ${delta.meanMs.toFixed(1)} ms.`,
                { calls: delta.calls },
              ),
            ),
        ],
        against: [],
        mending: null,
        recommendation: `Let every transaction change rows${names.length === 0 ? "" : ` of ${names.join(" and ")}`} in one order, by key, and repeat what fails with 40P01; the server's log names both statements.`,
      },
    ];
  },
};
