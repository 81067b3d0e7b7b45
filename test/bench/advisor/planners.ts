// Three planners that are asked the same: the clone, the server with the indexes really built, and the server under HypoPG.
import type pg from "pg";
import { z } from "zod";
import type { Candidate } from "../../../shared/advisor/candidates.ts";
import type { HypotheticalIndex, PlannerClone } from "../../../shared/advisor/clone-protocol.ts";
import type { PlanNode } from "../../../shared/advisor/plan.ts";
import { indexText } from "../../../shared/core/index-text.ts";
import { planOf } from "./measure.ts";

/** A query, and which of the candidates there are, by their places. */
export type Case = { query: string; on: number[] };
/** A plan, with the places of the candidates by the names that its indexes have in it. */
export type Answer = { plan: PlanNode; names: ReadonlyMap<string, number> };
export type Planner = (one: Case) => Promise<Answer>;

export function cloned(clone: PlannerClone, indexes: readonly HypotheticalIndex[]): Planner {
  const names = new Map(indexes.map(({ name }, at) => [name.split(".").at(-1) ?? "", at]));
  return async ({ query, on }) => {
    const planned = await clone.plan(
      query,
      on.flatMap((at) => indexes[at] ?? []),
      { text: false },
    );
    if (!planned.ok) throw new Error(`the clone cannot plan ${query}: ${planned.because}`);
    return { plan: planned.plan, names };
  };
}

const SHOW =
  "update pg_index set indisvalid = c.relname = any($1) from pg_class c where c.oid = indexrelid and c.relname ~ '^bench_index_'";

/** Switches the built indexes in the catalog of this server, which is the bench's own, and takes that back. */
export function built(client: pg.Client): Planner {
  return async ({ query, on }) => {
    const names = new Map(on.map((at) => [`bench_index_${at}`, at]));
    return { plan: await planWith(client, query, [...names.keys()]), names };
  };
}

async function planWith(client: pg.Client, query: string, shown: readonly string[]): Promise<PlanNode> {
  await client.query("begin");
  try {
    await client.query(SHOW, [shown]);
    return await planOf(client, query);
  } finally {
    await client.query("rollback");
  }
}

const Created = z.object({ name: z.string() });

/** Under HypoPG, the built indexes hidden; null where it is not installed. */
export async function hypothetical(client: pg.Client, candidates: readonly Candidate[]): Promise<Planner | null> {
  const { rows } = await client.query("select 1 from pg_available_extensions where name = 'hypopg'");
  if (rows.length === 0) return null;
  await client.query("create extension if not exists hypopg");
  return async ({ query, on }) => {
    await client.query("select hypopg_reset()");
    const names = new Map<string, number>();
    for (const at of on) {
      const candidate = candidates[at];
      if (candidate === undefined) throw new Error("a case names an index that is not there");
      const created = await client.query("select indexname::text as name from hypopg_create_index($1)", [
        `create index on ${indexText(candidate.table.schema, candidate.table.table, candidate.shape)}`,
      ]);
      names.set(Created.parse(created.rows[0]).name, at);
    }
    return { plan: await planWith(client, query, []), names };
  };
}
