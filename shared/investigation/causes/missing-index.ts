import type { Choice } from "../../advisor/advice.ts";
import { candidateName } from "../../advisor/candidates.ts";
import type { Cause } from "../../contracts/taxonomy.ts";
import { indexName } from "../../core/index-name.ts";
import { keyText } from "../../core/index-text.ts";
import type { Observed } from "../observed.ts";
import { objectionTo } from "./index-objections.ts";
import { costly, nameOf, targetOf } from "./statements.ts";
import {
  count,
  megabytes,
  type CauseRules,
  percentOf,
  point,
  type Point,
  rejected,
  share,
  type Suspicion,
} from "./suspicion.ts";

/** Every kind of index that the advisor can find missing: it names the need, the figures decide whether it is to blame. */
const rulesOf = (cause: Choice["need"]): CauseRules => ({
  cause,
  explains: ["cpu", "io", "latency", "memory", "temp_files", "connections", "locks", "any"],
  weigh: (seen) => seen.advice.chosen.filter(({ need }) => need === cause).map((choice) => weigh(seen, choice)),
});

/** The causes that an index answers. */
export const INDEX_NEEDS = [
  "missing_index",
  "missing_expression_index",
  "missing_text_pattern_index",
  "missing_trigram_index",
  "missing_jsonb_index",
  "missing_sort_index",
  "missing_fk_index",
  "wrong_column_order",
] as const satisfies readonly Choice["need"][];

export const missingIndexRules: readonly CauseRules[] = INDEX_NEEDS.map(rulesOf);

function weigh(seen: Observed, choice: Choice): Suspicion {
  const { interval } = seen;
  const cause: Cause = choice.need;
  const subject = candidateName(choice.candidate);
  const saved = share(choice.savedMs, interval.totalMs);
  const objection = objectionTo(seen, choice, saved);
  if (objection !== null) return rejected(cause, `index ${subject}`, objection, pointsAgainst(seen, choice));
  return {
    proven: true,
    cause,
    subject: `index ${subject}`,
    statement: statementOf(choice, saved),
    impact: saved,
    for: pointsFor(seen, choice),
    against: pointsAgainst(seen, choice),
    mending: {
      action: {
        kind: "create_index",
        parameters: {
          schema: choice.candidate.table.schema,
          table: choice.candidate.table.table,
          name: indexName(choice.candidate.table.table, choice.candidate.shape, takenNames(seen, choice)),
          ...choice.candidate.shape,
        },
      },
      judgedBy: { basis: "statements", figure: "blocksPerCall" },
      note: `Writes to ${choice.candidate.table.table} keep one more index; ${choice.writesPerSecond.toFixed(1)} written rows a second were seen.`,
      estimatedBytes: choice.bytes,
      writesPerSecond: choice.writesPerSecond,
      targets: targetsOf(seen, choice),
    },
    recommendation: recommendationOf(choice, subject),
  };
}

/** An index name is taken in the whole schema, whichever table it is on. */
const takenNames = ({ indexes }: Observed, { candidate: { table } }: Choice): string[] => [
  ...table.indexes.map(({ index }) => index),
  ...indexes.filter(({ schema }) => schema === table.schema).map(({ index }) => index),
];

function statementOf({ candidate: { table, shape }, need, insteadOf }: Choice, saved: number): string {
  const keys = shape.keys.map(keyText).join(", ");
  const time = `${percentOf(saved)} of the statement time`;
  switch (need) {
    case "missing_sort_index":
      return `${table.table} is sorted anew for every call because no index has the order ${keys}: ${time}.`;
    case "wrong_column_order":
      return `${insteadOf ?? "The index"} has the columns of ${table.table} in an order that does not serve: ${time}.`;
    case "missing_fk_index":
      return `Deleting from the parent searches ${table.table} from end to end, because no index begins with ${keys}: ${time}.`;
    case "missing_index":
      return `${table.table} is read from end to end because no index begins with ${keys}: ${time}.`;
    case "missing_expression_index":
    case "missing_text_pattern_index":
    case "missing_trigram_index":
    case "missing_jsonb_index":
      return `${table.table} is read from end to end because no index serves a search by ${keys}: ${time}.`;
  }
}

function recommendationOf({ insteadOf, together, missingExtension }: Choice, subject: string): string {
  const also = together.map(
    (other) => ` Also create an index on ${candidateName(other)}: the two serve the OR together.`,
  );
  const old = insteadOf === null ? "" : ` Once it is there, ${insteadOf} can go if nothing else uses it.`;
  const extension = missingExtension === null ? "" : ` It needs the extension ${missingExtension}.`;
  return `Create an index on ${subject}.${also.join("")}${old}${extension}`;
}

function pointsFor({ interval }: Observed, { candidate: { table, shape }, gains, bytes }: Choice): Point[] {
  const { seqScans, seqTuples } = interval.tables.get(table.oid) ?? { seqScans: 0, seqTuples: 0 };
  const keys = shape.keys.map(keyText).join(", ");
  const [first] = gains;
  return [
    ...gains.map(({ statement }) => {
      const delta = interval.statements.find(({ key }) => key === statement.key);
      const part = share(statement.totalMs, interval.totalMs);
      return point(
        "pg_stat_statements",
        `${count(delta?.calls ?? 0)} calls of ${(delta?.meanMs ?? 0).toFixed(2)} ms, ${count(delta?.blocksPerCall ?? 0)} blocks each: ${percentOf(part)} of the time.`,
        { queryId: statement.key, calls: delta?.calls ?? 0, share: part },
      );
    }),
    point(
      "pg_stat_user_tables",
      `${table.table} was read from end to end ${count(seqScans)} times, ${count(seqTuples)} rows in all.`,
      { table: table.table, seqScans, seqTuples, rows: table.rows, bytes: table.bytes },
    ),
    point("pg_index", noIndexText(table.table, table.indexes.length, keys), { indexes: table.indexes.length, keys }),
    ...(first === undefined
      ? []
      : [
          point(
            "planner_clone",
            `With the index the plan costs ${count(first.after.cost)} instead of ${count(first.before.cost)}; it takes about ${megabytes(bytes)}.`,
            { before: first.before.cost, after: first.after.cost, indexBytes: bytes },
          ),
        ]),
  ];
}

function noIndexText(table: string, indexes: number, keys: string): string {
  if (indexes === 0) return `${table} has no index.`;
  return indexes === 1
    ? `The only index of ${table} does not serve ${keys}.`
    : `None of the ${indexes} indexes of ${table} serves ${keys}.`;
}

function pointsAgainst(_seen: Observed, { candidate: { table }, writesPerSecond }: Choice): Point[] {
  if (writesPerSecond === 0) return [];
  return [
    point(
      "pg_stat_user_tables",
      `${table.table} takes ${writesPerSecond.toFixed(1)} written rows a second, which the index slows a little.`,
      { writesPerSecond },
    ),
  ];
}

function targetsOf(seen: Observed, { gains }: Choice) {
  return gains
    .flatMap(({ statement, before, after }) => {
      const found = costly(seen).find((one) => one.statement.key === statement.key);
      return found === undefined ? [] : [{ ...targetOf(found, seen.interval.seconds), before, after }];
    })
    .toSorted((a, b) => b.shareOfTime - a.shareOfTime || (nameOf(a.queryId) < nameOf(b.queryId) ? -1 : 1));
}
