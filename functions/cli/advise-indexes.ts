import { candidateName, type Candidate } from "../../shared/advisor/candidates.ts";
import type { Catalog, CatalogTable } from "../../shared/advisor/catalog.ts";
import { type Choice, chooseIndex, type WorkloadStatement, type Writes } from "../../shared/advisor/choose-index.ts";
import type { PlannerClone } from "../../shared/advisor/clone-protocol.ts";
import { columnsOf } from "../../shared/core/index-text.ts";
import { createIndex, indexName } from "../../shared/catalogue/actions/create-index.ts";

export type Workload = { statements: readonly WorkloadStatement[]; seconds: number; writesPerSecond: Writes };
export type Limits = { mostIndexes: number; budgetBytes: number };
export type AdvisedIndex = {
  statement: string;
  bytes: number;
  savedShare: number;
  helps: { query: string; before: number; after: number }[];
};
export type AdvisedSet = {
  indexes: AdvisedIndex[];
  rejected: { what: string; because: string }[];
  unplanned: { key: string; because: string }[];
};

/** Chooses indexes one after the other, each as if those before it were built, until nothing is gained or the budget is used up. */
export async function adviseIndexes(
  clone: PlannerClone,
  catalog: Catalog,
  workload: Workload,
  limits: Limits,
): Promise<AdvisedSet> {
  const total = workload.statements.reduce((sum, { totalMs }) => sum + totalMs, 0);
  const indexes: AdvisedIndex[] = [];
  // On top of an advised index its own candidate is "there already", which is no news.
  const names = new Set<string>();
  let tables = catalog.tables;
  let statements = workload.statements;
  let budget = limits.budgetBytes;
  for (;;) {
    const advice = await chooseIndex(clone, { ...catalog, tables }, { ...workload, statements });
    const { choice, rejected, unplanned } = advice;
    const isAffordable = choice !== null && choice.bytes <= budget;
    if (choice !== null && !isAffordable)
      rejected.push({ what: candidateName(choice.candidate), because: "the budget is used up" });
    if (!isAffordable || indexes.length >= limits.mostIndexes)
      return { indexes, rejected: rejected.filter(({ what }) => !names.has(what)), unplanned };
    budget -= choice.bytes;
    names.add(candidateName(choice.candidate));
    indexes.push(advised(choice, total));
    tables = tables.map((table) => (table.oid === choice.candidate.table.oid ? withIndex(table, choice) : table));
    statements = statements.map((statement) => cheaper(statement, choice));
  }
}

const definitionOf = ({ table, shape }: Candidate, name: string): string =>
  createIndex.statement({ schema: table.schema, table: table.table, name, ...shape });

const nameFor = ({ table, shape }: Candidate): string =>
  indexName(
    table.table,
    shape.keys.flatMap(columnsOf),
    table.indexes.map(({ index }) => index),
  );

const advised = ({ candidate, bytes, gains, savedMs }: Choice, totalMs: number): AdvisedIndex => ({
  statement: definitionOf(candidate, nameFor(candidate)),
  bytes,
  savedShare: totalMs > 0 ? savedMs / totalMs : 0,
  helps: gains.map(({ statement, before, after }) => ({
    query: statement.query,
    before: before.cost,
    after: after.cost,
  })),
});

/** The table as it would be with the index, so that the next choice is made on top of it. */
function withIndex(table: CatalogTable, { candidate, bytes }: Choice): CatalogTable {
  const name = nameFor(candidate);
  const index = {
    oid: 0,
    table_oid: table.oid,
    schema: table.schema,
    index: name,
    definition: definitionOf(candidate, name).replace(" CONCURRENTLY", ""),
    method: candidate.shape.method,
    key_columns: candidate.shape.keys.map((key) => ("column" in key ? key.column : null)),
    predicate: null,
    is_unique: false,
    is_constraint: false,
    is_valid: true,
    is_ready: true,
    pages: Math.ceil(bytes / 8192),
    rows: table.rows,
    bytes,
  };
  return { ...table, indexes: [...table.indexes, index] };
}

function cheaper(statement: WorkloadStatement, { gains }: Choice): WorkloadStatement {
  const gain = gains.find((one) => one.statement.key === statement.key);
  return gain === undefined ? statement : { ...statement, totalMs: statement.totalMs - gain.savedMs };
}
