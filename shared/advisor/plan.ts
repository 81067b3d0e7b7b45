import { z } from "zod";

/** A node of EXPLAIN (FORMAT JSON), as far as it is read here. */
export type PlanNode = {
  "Node Type": string;
  "Total Cost": number;
  "Plan Rows": number;
  "Relation Name"?: string | undefined;
  "Index Name"?: string | undefined;
  "Index Cond"?: string | undefined;
  "Parallel Aware"?: boolean | undefined;
  "Workers Planned"?: number | undefined;
  Filter?: string | undefined;
  Plans?: PlanNode[] | undefined;
};
const PlanNode: z.ZodType<PlanNode> = z.looseObject({
  "Node Type": z.string(),
  "Total Cost": z.number(),
  "Plan Rows": z.number(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  "Index Cond": z.string().optional(),
  "Parallel Aware": z.boolean().optional(),
  "Workers Planned": z.number().optional(),
  Filter: z.string().optional(),
  get Plans() {
    return z.array(PlanNode).optional();
  },
});

/** The one row that EXPLAIN (FORMAT JSON) answers. */
export const Plans = z.array(z.looseObject({ "QUERY PLAN": z.array(z.looseObject({ Plan: PlanNode })) }));

export const costOf = (plan: PlanNode): number => plan["Total Cost"];

/** A plan's nodes, top first. */
export function* planNodes(plan: PlanNode): Generator<PlanNode> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* planNodes(child);
}

/** Names of the indexes that a plan uses. */
export const indexesIn = (plan: PlanNode): string[] => [...planNodes(plan)].flatMap((node) => node["Index Name"] ?? []);

/** The share of a table's rows that a plan's sequential scan keeps, by the planner's own estimate; null without such a scan. */
export function keptShare(plan: PlanNode, table: string, rows: number): number | null {
  const nodes = [...planNodes(plan)];
  const scan = nodes.find((node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === table);
  if (scan === undefined || rows <= 0) return null;
  // A parallel scan's estimate is for one process; the leader helps the less the more workers there are (costsize.c).
  const workers = nodes.find((node) => node["Workers Planned"] !== undefined)?.["Workers Planned"] ?? 0;
  const processes = scan["Parallel Aware"] === true ? workers + Math.max(0, 1 - 0.3 * workers) : 1;
  return Math.min(1, (scan["Plan Rows"] * processes) / rows);
}

/** Indexes that a plan searches without a condition on their leading column. */
export const skipScans = (plan: PlanNode, leadingColumns: ReadonlyMap<string, string>): string[] =>
  [...planNodes(plan)].flatMap((node) => {
    const leading = leadingColumns.get(node["Index Name"] ?? "");
    const condition = node["Index Cond"];
    return leading !== undefined && condition !== undefined && !condition.includes(leading)
      ? (node["Index Name"] ?? [])
      : [];
  });

/** How many steps of a plan sort. */
export const sortsIn = (plan: PlanNode): number =>
  [...planNodes(plan)].filter((node) => node["Node Type"].endsWith("Sort")).length;

/** How many rows an UPDATE or DELETE changes, by the planner's estimate. */
export const rowsChanged = (plan: PlanNode): number => plan.Plans?.[0]?.["Plan Rows"] ?? 0;
