import type { WorkloadStatement } from "../advisor/advice.ts";
import { type Catalog, type CatalogTable, distinctValues } from "../advisor/catalog.ts";
import type { PlannerClone, Planned } from "../advisor/clone-protocol.ts";
import { arrayElements } from "../advisor/common-values.ts";
import { type PlanNode, planNodes } from "../advisor/plan.ts";
import { literal } from "../core/index-text.ts";

/** A statement's plan as the server would make it without knowing its parameters, and what it would be if it knew them. */
export type StatementPlan = {
  cost: number;
  rows: number;
  text: string;
  nodes: readonly PlanNode[];
  /** The plan for a rare value of each parameter, and for a common one; null where no parameter compares a skewed column. */
  known: { rare: KnownPlan; common: KnownPlan | null } | null;
};
export type KnownPlan = { cost: number; rows: number; scans: readonly string[] };

const MOST_STATEMENTS = 12;
/** A value is common when it takes this share of the rows: below it, the plan for it is the plan for any. */
const COMMON_SHARE = 0.2;

/** Plans the costliest statements in the clone, which holds the server's catalog since the advice. */
export async function planStatements(
  clone: PlannerClone,
  catalog: Catalog,
  statements: readonly WorkloadStatement[],
): Promise<Map<string, StatementPlan>> {
  const plans = new Map<string, StatementPlan>();
  for (const { key, query } of statements.slice(0, MOST_STATEMENTS)) {
    const planned = await clone.plan(query);
    if (!planned.ok) continue;
    const nodes = [...planNodes(planned.plan)];
    const known = await planWithValues(clone, catalog, query);
    plans.set(key, { cost: planned.cost, rows: planned.plan["Plan Rows"], text: planned.text, nodes, known });
  }
  return plans;
}

type Compared = { parameter: string; table: CatalogTable; column: string };

async function planWithValues(clone: PlannerClone, catalog: Catalog, query: string): Promise<StatementPlan["known"]> {
  const compared = comparedColumns(query, catalog);
  const parameters = new Set(query.match(/\$\d+/g));
  if (compared.length === 0 || compared.length < parameters.size) return null;
  if (!compared.some(({ table, column }) => commonest(table, column) !== null)) return null;
  const rare = known(await clone.plan(withValues(query, compared, rarest), [], { text: false }));
  const common = known(await clone.plan(withValues(query, compared, commonest), [], { text: false }));
  return rare === null ? null : { rare, common };
}

function known(planned: Planned): KnownPlan | null {
  if (!planned.ok) return null;
  const scans = [...planNodes(planned.plan)].map((node) => node["Node Type"]).filter((type) => type.endsWith("Scan"));
  return { cost: planned.cost, rows: planned.plan["Plan Rows"], scans };
}

/** Columns that a query compares with a parameter by equality, by their names, where only one table of the query has such a column. */
function comparedColumns(query: string, catalog: Catalog): Compared[] {
  return [...query.matchAll(/(?:"?(\w+)"?\.)?"?(\w+)"?\s*=\s*(\$\d+)/g)].flatMap(
    ([, , column = "", parameter = ""]) => {
      const owners = catalog.tables.filter(({ columns }) => columns.some((known) => known.column === column));
      const [table] = owners;
      return table === undefined || owners.length > 1 ? [] : [{ parameter, table, column }];
    },
  );
}

type Pick = (table: CatalogTable, column: string) => string | null;

/** Values come from the server's own statistics and go to the clone alone. */
function withValues(query: string, compared: readonly Compared[], pick: Pick): string {
  return compared.reduce((text, { parameter, table, column }) => {
    const value = pick(table, column) ?? rarest(table, column);
    const pattern = new RegExp(`\\${parameter}(?!\\d)`, "g");
    return value === null ? text : text.replaceAll(pattern, () => literal(value));
  }, query);
}

function commonest(table: CatalogTable, column: string): string | null {
  const known = table.statistics.find((one) => one.column === column);
  const [share = 0] = known?.common_shares ?? [];
  if (known?.common_values === null || known === undefined || share < COMMON_SHARE) return null;
  return arrayElements(known.common_values)[0] ?? null;
}

function rarest(table: CatalogTable, column: string): string | null {
  const known = table.statistics.find((one) => one.column === column);
  if (known === undefined) return null;
  const bounds = known.histogram === null ? [] : arrayElements(known.histogram);
  const middle = bounds[Math.floor(bounds.length / 2)];
  if (middle !== undefined && middle !== null && (distinctValues(table, column) ?? 0) > 1) return middle;
  return known.common_values === null ? null : (arrayElements(known.common_values).at(-1) ?? null);
}
