import type { Advice, Limits, WorkloadStatement } from "./advice.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import type { HypotheticalIndex } from "./clone-protocol.ts";
import type { Cost, PlanCosts } from "./plan-costs.ts";
import { rowsChanged } from "./plan.ts";
import type { Scan } from "./scan.ts";
import { scansOf } from "./scans.ts";

/** A statement as it is planned on the server as it is. */
export type Base = {
  statement: WorkloadStatement;
  /** The text that is planned: a call with its constants where one was seen. */
  query: string;
  scans: Scan[];
  plan: Cost;
  /** The candidates that its plan uses when it may use any of them. */
  usedOfAll: ReadonlySet<HypotheticalIndex>;
  /** What it weighs, in ms. */
  weightMs: number;
  /** The tables that it reads, partitions included. */
  tables: ReadonlySet<CatalogTable>;
  /** Stands for what a statement on a parent costs in a child. */
  isChildSearch: boolean;
};

/** Plan costs become ms by this when queries have no times of their own: the order of magnitude of a page read from memory. */
const MS_PER_COST = 0.01;

/** Plans statements as the server is. `searches` are those of children; they come after the others. */
export async function planAsIs(
  { statements, searches }: { statements: readonly WorkloadStatement[]; searches: readonly WorkloadStatement[] },
  { catalog, costs, limits }: { catalog: Catalog; costs: PlanCosts; limits: Limits },
): Promise<{ bases: (Base | null)[]; unplanned: Advice["unplanned"] }> {
  const bases: (Base | null)[] = [];
  const unplanned: Advice["unplanned"] = [];
  for (const [at, statement] of [...statements, ...searches].entries()) {
    const [example] = statement.examples ?? [];
    const query = example?.query ?? statement.query;
    const plan = await costs.base(query);
    if ("because" in plan) {
      unplanned.push({ key: statement.key, because: plan.because });
      bases.push(null);
      continue;
    }
    const scans = scansOf(example?.syntax ?? statement.syntax, catalog);
    const tables = new Set(scans.flatMap(({ table }) => withPartitions(table, catalog)));
    const weightMs = limits.weighBy === "time" ? statement.totalMs : plan.cost * MS_PER_COST;
    bases.push({
      statement,
      query,
      scans,
      plan,
      usedOfAll: new Set(),
      weightMs,
      tables,
      isChildSearch: at >= statements.length,
    });
  }
  return { bases: shareOutTimes(bases, limits), unplanned };
}

function withPartitions(table: CatalogTable, catalog: Catalog): CatalogTable[] {
  const below = new Set(catalog.partitions.filter(({ parent_oid }) => parent_oid === table.oid).map(({ oid }) => oid));
  const children = catalog.tables.filter(({ oid }) => below.has(oid));
  return [table, ...children.flatMap((child) => withPartitions(child, catalog))];
}

/** A statement's time is shared by plan cost with the searches of children that it makes, one for each row that it changes. */
function shareOutTimes(bases: (Base | null)[], { weighBy }: Limits): (Base | null)[] {
  const planned = bases.flatMap((base) => base ?? []);
  return bases.map((base) => {
    const family = planned.filter(({ statement }) => statement.key === base?.statement.key);
    const parent = family.find(({ isChildSearch }) => !isChildSearch);
    if (base === null || parent === undefined || !family.some(({ isChildSearch }) => isChildSearch)) return base;
    const rows = Math.max(1, rowsChanged(parent.plan.plan));
    const partOf = (one: Base): number => one.plan.cost * (one.isChildSearch ? rows : 1);
    const total = family.reduce((sum, one) => sum + partOf(one), 0);
    const whole = weighBy === "time" ? parent.statement.totalMs : total * MS_PER_COST;
    return { ...base, weightMs: (whole * partOf(base)) / total };
  });
}
