import { keyText } from "../core/index-text.ts";
import type { WorkloadStatement } from "./advice.ts";
import { type Catalog, type CatalogTable, columnNamed, plainType } from "./catalog.ts";
import { existingIndex } from "./existing-index.ts";
import { TEXT_TYPES } from "./immutability.ts";
import { type PlanNode, planNodes } from "./plan.ts";
import { isSmall } from "./propose-candidates.ts";
import type { Scan } from "./scan.ts";
import { scansOf } from "./scans.ts";

/** What is wrong with a query itself, where no index helps. */
export type QueryProblem = {
  cause: "cast_mismatch" | "function_on_column" | "or_across_tables" | "missing_pruning";
  key: string;
  schema: string;
  table: string;
  columns: string[];
  /** What is wrong. */
  statement: string;
  /** What the plan shows. */
  evidence: string;
  /** What to write instead. */
  recommendation: string;
};

export type Read = { statement: WorkloadStatement; plan: PlanNode; scans: readonly Scan[]; catalog: Catalog };

/** What a plan and its query tell about why no index helps. Conditions on small tables are left alone. */
export function planProblems(statement: WorkloadStatement, plan: PlanNode, catalog: Catalog): QueryProblem[] {
  const syntax = statement.examples?.[0]?.syntax ?? statement.syntax;
  const read: Read = { statement, plan, scans: scansOf(syntax, catalog), catalog };
  const found = [...casts(read), ...functions(read), ...alternatives(read), ...pruning(read)];
  return [...new Map(found.map((one) => [`${one.cause} ${one.table} ${one.columns.join()}`, one])).values()];
}

const problemOf = (
  { statement }: Read,
  table: CatalogTable,
  rest: Pick<QueryProblem, "cause" | "columns" | "statement" | "evidence" | "recommendation">,
): QueryProblem => ({
  key: statement.key,
  schema: table.schema,
  table: table.table,
  ...rest,
});

/** The tables that a plan reads from end to end and that are not small. */
const scannedWhole = ({ plan, catalog }: Read): { table: CatalogTable; filter: string }[] =>
  [...planNodes(plan)].flatMap((node) => {
    const table =
      node["Node Type"] === "Seq Scan"
        ? catalog.tables.find((known) => known.table === node["Relation Name"])
        : undefined;
    return table === undefined || isSmall(table) ? [] : [{ table, filter: node.Filter ?? "" }];
  });

const leadsAnIndex = (table: CatalogTable, column: string): boolean =>
  table.indexes.some(
    (facts) => facts.is_valid && existingIndex(table, facts).keys[0]?.text === keyText({ column, direction: "asc" }),
  );

/** A column of an index that the plan casts before it compares. */
export function casts(read: Read): QueryProblem[] {
  return scannedWhole(read).flatMap(({ table, filter }) =>
    [
      ...filter.matchAll(
        /\((?:\w+\.)?("[^"]+"|\w+)\)::([a-z ]+?)(?: without time zone| with time zone)? (?:=|<|>|<=|>=|~~) /g,
      ),
    ].flatMap(([, name = "", type = ""]) => {
      const column = columnNamed(table, name.replaceAll('"', ""));
      if (column === null || !leadsAnIndex(table, column.column)) return [];
      const own = plainType(column.base_type);
      // PostgreSQL writes a varchar's comparison this way too, and an index serves it.
      if (TEXT_TYPES.has(own) && TEXT_TYPES.has(type)) return [];
      return [castProblem(read, table, { column: column.column, own, type })];
    }),
  );
}

const castProblem = (
  read: Read,
  table: CatalogTable,
  { column, own, type }: { column: string; own: string; type: string },
): QueryProblem =>
  problemOf(read, table, {
    cause: "cast_mismatch",
    columns: [column],
    statement: `${table.table}.${column} is of type ${own} and has an index, but it is compared as ${type}: every row is cast first.`,
    evidence: `The plan reads ${table.table} from end to end and compares (${column})::${type}.`,
    recommendation: `Give the value as ${own}: bind the parameter with that type, or write CAST(… AS ${own}).`,
  });

/** A function around a column that no index can hold. */
function functions(read: Read): QueryProblem[] {
  const whole = new Set(scannedWhole(read).map(({ table }) => table));
  return read.scans.flatMap(({ table, refused }) =>
    refused
      .filter(({ kind }) => whole.has(table) && kind !== "alternatives")
      .map(({ kind, columns, what, because }) =>
        problemOf(read, table, {
          cause: "function_on_column",
          columns,
          statement: `A condition on ${table.table} is ${what}: ${because}.`,
          evidence: `The plan reads ${table.table} from end to end.`,
          recommendation:
            kind === "element"
              ? `Write ${columns.join(", ")} @> ARRAY[…], which a GIN index serves.`
              : `Compare ${columns.join(", ")} itself, with a value or a range of values, instead of an expression of it.`,
        }),
      ),
  );
}

function alternatives(read: Read): QueryProblem[] {
  const whole = new Set(scannedWhole(read).map(({ table }) => table));
  return read.scans.flatMap(({ table, refused }) =>
    refused
      .filter(({ kind }) => whole.has(table) && kind === "alternatives")
      .map(({ columns, what, because }) =>
        problemOf(read, table, {
          cause: "or_across_tables",
          columns,
          statement: `A condition is ${what}: ${because}.`,
          evidence: `The plan reads ${table.table} from end to end.`,
          recommendation: "Write it as a UNION of two queries, one for each arm.",
        }),
      ),
  );
}

/** Fewer partitions than this are read nearly as fast all together. */
const PARTITIONS_TO_MATTER = 3;

/** A partitioned table of which every partition is read, with no condition that the planner could prune by. */
function pruning(read: Read): QueryProblem[] {
  const { plan, scans, catalog } = read;
  const inPlan = new Set([...planNodes(plan)].map((node) => node["Relation Name"]));
  return scans.flatMap(({ table, conditions, refused }) => {
    const place = catalog.partitions.find(({ oid }) => oid === table.oid);
    const key = keyColumns(place?.key ?? "", table);
    const parts = catalog.partitions.filter(({ parent_oid }) => parent_oid === table.oid).map(({ oid }) => oid);
    const names = catalog.tables.filter(({ oid }) => parts.includes(oid)).map((part) => part.table);
    if (key.length === 0 || names.length < PARTITIONS_TO_MATTER || !names.every((name) => inPlan.has(name))) return [];
    // A plain condition on the key prunes when the statement runs, which a plan without values cannot show.
    if (
      conditions.some(
        ({ target, how }) => target.kind === "column" && key.includes(target.column) && how !== "is not null",
      )
    )
      return [];
    const hidden = [
      ...refused.flatMap(({ columns }) => columns),
      ...conditions.flatMap(({ target }) => columnsIn(target)),
    ];
    const isHidden = hidden.some((column) => key.includes(column));
    return [
      problemOf(read, table, {
        cause: "missing_pruning",
        columns: key,
        statement: isHidden
          ? `${table.table} cannot be pruned: ${key.join(", ")} stands inside an expression.`
          : `${table.table} cannot be pruned: there is no condition on ${key.join(", ")}.`,
        evidence: `The plan reads all ${names.length} partitions.`,
        recommendation: `Add a condition on ${key.join(", ")} itself, such as a range.`,
      }),
    ];
  });
}

const columnsIn = (target: Scan["conditions"][number]["target"]): string[] =>
  [...JSON.stringify(target).matchAll(/"column":"([^"]+)"/g)].flatMap(([, column]) => column ?? []);

const keyColumns = (key: string, table: CatalogTable): string[] =>
  table.columns.map(({ column }) => column).filter((column) => wordsOf(key).includes(column));

/** The names in `RANGE (created_at, tenant_id)`. */
const wordsOf = (key: string): string[] => key.match(/\w+/g) ?? [];
