import { type CauseRules, type Suspicion, count, percentOf, point, share } from "./suspicion.ts";

const NEARLY_FULL = 0.75;

const INTEGER = 2_147_483_647;

/** A sequence, or the column that it fills, is about to run out of numbers. */
export const sequenceExhaustion: CauseRules = {
  cause: "sequence_exhaustion",
  explains: ["errors", "storage", "any"],
  weigh: (seen) =>
    seen.sequences.map((sequence): Suspicion => {
      const cause = "sequence_exhaustion";
      const subject = `${sequence.schema}.${sequence.sequence}`;
      const held =
        sequence.column_type === "integer"
          ? INTEGER
          : sequence.column_type === "smallint"
            ? 32_767
            : sequence.max_value;
      const most = Math.min(sequence.max_value, held);
      const used = share(sequence.last_value, most);
      if (sequence.cycles && sequence.max_value <= held)
        return {
          proven: false,
          cause,
          subject,
          because: "it begins again when it is at its end",
          for: [],
          against: [],
        };
      if (used < NEARLY_FULL)
        return {
          proven: false,
          cause,
          subject,
          because: `${percentOf(used)} of its numbers are used`,
          for: [],
          against: [],
        };
      const isColumn =
        held < sequence.max_value || sequence.column_type === "integer" || sequence.column_type === "smallint";
      const column = sequence.column === null ? null : `${sequence.table}.${sequence.column}`;
      return {
        proven: true,
        cause,
        subject,
        statement: `${subject} has given out ${percentOf(used)} of its numbers${column === null ? "" : ` for ${column} (${sequence.column_type})`}: then inserts fail.`,
        impact: used,
        for: [
          point("pg_sequences", `The last value is ${count(sequence.last_value)} of ${count(most)}.`, {
            lastValue: sequence.last_value,
            most,
            columnType: sequence.column_type,
          }),
        ],
        against: [],
        mending: null,
        recommendation:
          isColumn && column !== null
            ? `Move ${column} to bigint: a new column filled in batches and swapped in, with the foreign keys that refer to it, then ALTER SEQUENCE ${subject} AS bigint.`
            : `ALTER SEQUENCE ${subject} AS bigint, or raise its MAXVALUE: the column can hold more.`,
      };
    }),
};
