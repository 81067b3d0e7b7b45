import { type CauseRules, type Suspicion, count, point } from "./suspicion.ts";

/** Rows go to the default partition, or the last partition ends. */
export const partitionMissing: CauseRules = {
  cause: "partition_missing",
  explains: ["errors", "latency", "storage", "cpu", "io", "any"],
  weigh: (seen) =>
    seen.partitions.flatMap((table): Suspicion[] => {
      const subject = `${table.schema}.${table.parent}`;
      const delta = table.default_oid === null ? undefined : seen.interval.tables.get(table.default_oid);
      const isFilling = (delta?.inserted ?? 0) > 0 || (table.strategy === "r" && table.default_live_rows > 0);
      if (!isFilling && table.ends_soon !== true) return [];
      return [
        {
          proven: true,
          cause: "partition_missing",
          subject,
          statement: isFilling
            ? `Rows of ${table.parent} go to its default partition ${table.default_partition}: ${count(table.default_live_rows)} are there, since no partition takes them.`
            : `The last partition of ${table.parent} ends within a day: then inserts fail${table.default_partition === null ? "" : ", or go to the default partition"}.`,
          impact: isFilling ? 0.5 : 0.4,
          for: [
            point(
              "pg_class",
              `${table.parent} (${table.key}) has ${table.partitions} partitions; the default one holds ${count(table.default_live_rows)} rows.`,
              { partitions: table.partitions, defaultRows: table.default_live_rows, endsSoon: table.ends_soon },
            ),
          ],
          against: [],
          mending: null,
          recommendation: `Create the missing partition of ${subject}${isFilling ? ", after its rows were moved out of the default partition in batches (attaching locks and scans it)" : ""}, and let pg_partman make the next ones.`,
        },
      ];
    }),
};
