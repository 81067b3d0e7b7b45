import type { WorkloadStatement } from "./advice.ts";
import type { Catalog } from "./catalog.ts";
import type { PlannerClone } from "./clone-protocol.ts";
import { isSmall } from "./propose-candidates.ts";
import { casts, planProblems, type QueryProblem, type Read } from "./query-problems.ts";
import { scansOf } from "./scans.ts";
import { descendants } from "./syntax.ts";

/** What is wrong with each of these statements itself. The clone holds the catalog. `blocksPerCall` is what was counted, 0 where nothing was. */
export async function queryProblems(
  clone: PlannerClone,
  statements: readonly WorkloadStatement[],
  seen: { catalog: Catalog; blocksPerCall: (key: string) => number },
): Promise<QueryProblem[]> {
  const problems: QueryProblem[] = [];
  for (const statement of statements) {
    const planned = await clone.plan(statement.examples?.[0]?.query ?? statement.query, [], { text: false });
    if (!planned.ok) continue;
    const found = planProblems(statement, planned.plan, seen.catalog);
    const blocksPerCall = seen.blocksPerCall(statement.key);
    problems.push(
      ...found,
      ...(found.length > 0 ? [] : await driverCasts(clone, statement, { ...seen, blocksPerCall })),
    );
  }
  return problems;
}

/** A statement that reads this share of its table's pages a call does not use the index that its plan does. */
const READS_THE_TABLE = 0.5;
/** Types that drivers send for numbers when nobody says which. */
const SENT_TYPES = ["numeric", "double precision"];

/**
 * The cast that a driver makes: the text says `id = $1`, the plan without values uses the index, and yet each call reads the table,
 * because the value comes as numeric. Proven by planning the statement with such a value. `blocksPerCall` is what was counted.
 */
async function driverCasts(
  clone: PlannerClone,
  statement: WorkloadStatement,
  { catalog, blocksPerCall }: { catalog: Catalog; blocksPerCall: number },
): Promise<QueryProblem[]> {
  const scans = scansOf(statement.syntax, catalog);
  const base = await clone.plan(statement.query, [], { text: false });
  const large = scans.filter(({ table }) => !isSmall(table) && blocksPerCall >= table.pages * READS_THE_TABLE);
  if (!base.ok || large.length === 0 || !/^(select|update|delete|with)\b/i.test(statement.query.trimStart())) return [];
  for (const type of SENT_TYPES) {
    const planned = await clone.plan(withTypedParameters(statement, type), [], { text: false });
    if (!planned.ok || planned.cost < base.cost * 10) continue;
    const read: Read = { statement, plan: planned.plan, scans, catalog };
    const found = casts(read).filter(({ table }) => large.some((scan) => scan.table.table === table));
    if (found.length > 0) return found;
  }
  return [];
}

/** The statement's text with every parameter of the type. */
function withTypedParameters({ query, syntax }: WorkloadStatement, type: string): string {
  const text = Buffer.from(query);
  const places = [...descendants({ [syntax.kind]: syntax.fields })]
    .flatMap(({ kind, fields }) =>
      kind === "ParamRef" && typeof fields["location"] === "number" ? fields["location"] : [],
    )
    .toSorted((a, b) => b - a);
  return places
    .reduce((known, place) => {
      const rest = known.subarray(place).toString();
      const parameter = /^\$\d+/.exec(rest)?.[0] ?? "";
      return Buffer.from(
        `${known.subarray(0, place).toString()}(${parameter}::${type})${rest.slice(parameter.length)}`,
      );
    }, text)
    .toString();
}
