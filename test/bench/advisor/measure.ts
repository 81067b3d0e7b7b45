// What a real server says: plan costs, times, sizes, what inserts cost.
import type pg from "pg";
import { z } from "zod";
import { Plans, type PlanNode } from "../../../shared/advisor/plan.ts";

/** The plan that the server makes of a query. */
export async function planOf(client: pg.Client, query: string): Promise<PlanNode> {
  const { rows } = await client.query(`explain (format json) ${query}`);
  const plan = Plans.parse(rows)[0]?.["QUERY PLAN"][0]?.Plan;
  if (plan === undefined) throw new Error(`no plan for ${query}`);
  return plan;
}

export async function costsOf(client: pg.Client, queries: readonly string[]): Promise<number[]> {
  const costs: number[] = [];
  for (const query of queries) costs.push((await planOf(client, query))["Total Cost"]);
  return costs;
}

/** The shortest of some runs of each query, in ms, as a client sees it: the machine is not ours alone. A slow one runs once after warming up. */
export async function timesOf(client: pg.Client, queries: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const query of queries) {
    const runs = [await timed(() => client.query(query))];
    while (runs.length < 4 && sumOf(runs) < 1_500) runs.push(await timed(() => client.query(query)));
    times.push(Math.min(...runs));
  }
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The median time of inserting rows, each time taken back, in ms. */
export async function insertTime(client: pg.Client, statement: string, rounds = 5): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await client.query("begin");
    times.push(await timed(() => client.query(statement)));
    await client.query("rollback");
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

const Size = z.object({ bytes: z.coerce.number() });

export async function sizeOf(client: pg.Client, index: string): Promise<number> {
  const { rows } = await client.query("select pg_relation_size($1::regclass) as bytes", [index]);
  return Size.parse(rows[0]).bytes;
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
