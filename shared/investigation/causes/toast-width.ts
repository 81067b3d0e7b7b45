import { SHARE_TO_BLAME } from "./share-to-blame.ts";
import { costly, nameOf } from "./statements.ts";
import { type CauseRules, type Suspicion, count, megabytes, percentOf, point, rejected, share } from "./suspicion.ts";

const TOAST_SHARE = 0.5;

const LEAST_TOAST_BLOCKS = 5_000;

/** Wide values are fetched that hardly anybody wants. */
export const toastWidth: CauseRules = {
  cause: "toast_width",
  explains: ["cpu", "io", "memory", "latency", "any"],
  weigh: (seen) =>
    [...seen.interval.tables.values()].flatMap((delta): Suspicion[] => {
      const table = seen.tables.find(({ oid }) => oid === delta.oid);
      if (table === undefined || delta.toastBlocks < LEAST_TOAST_BLOCKS) return [];
      const cause = "toast_width";
      const subject = `${table.schema}.${table.table}`;
      const part = share(delta.toastBlocks, delta.toastBlocks + delta.heapBlocks);
      const [reader] = costly(seen).filter(
        ({ statement }) =>
          seen.workload.wide.has(statement.key) &&
          (seen.workload.tablesOf.get(statement.key)?.includes(table.table) ?? false),
      );
      if (part < TOAST_SHARE)
        return [rejected(cause, subject, `only ${percentOf(part)} of what is read of it are wide values`)];
      if (reader === undefined || reader.share < SHARE_TO_BLAME)
        return [rejected(cause, subject, "no costly statement asks for all of its columns")];
      return [
        {
          proven: true,
          cause,
          subject,
          statement: `${nameOf(reader.statement.key)} asks for every column of ${table.table}: ${percentOf(part)} of the blocks that are read are those of its wide values.`,
          impact: Math.min(1, reader.share),
          for: [
            point(
              "pg_statio_user_tables",
              `${count(delta.toastBlocks)} blocks of wide values against ${count(delta.heapBlocks)} of rows (${megabytes(delta.toastBlocks * 8_192)}).`,
              { toastBlocks: delta.toastBlocks, heapBlocks: delta.heapBlocks },
            ),
            point(
              "pg_stat_statements",
              `${count(reader.delta.calls)} calls of ${reader.delta.meanMs.toFixed(1)} ms: ${percentOf(reader.share)} of the time.`,
              { calls: reader.delta.calls },
            ),
          ],
          against: [],
          mending: null,
          recommendation: `Name the columns that are wanted instead of *, keep the wide one in a table of its own, or compress it with lz4 (ALTER TABLE ${subject} ALTER COLUMN … SET COMPRESSION lz4).`,
        },
      ];
    }),
};
