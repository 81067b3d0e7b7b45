// How near the planner clone comes to the server's own planner: the same queries with the same indexes in the clone, really built, and,
// where it is installed, under HypoPG.
import type pg from "pg";
import { z } from "zod";
import type { Choice } from "../../../shared/advisor/advice.ts";
import { candidateName } from "../../../shared/advisor/candidates.ts";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import type { HypotheticalIndex } from "../../../shared/advisor/clone-protocol.ts";
import type { PlanNode } from "../../../shared/advisor/plan.ts";
import { indexText } from "../../../shared/core/index-text.ts";
import { advisedOn, catalogOf, statementsOf } from "./advice.ts";
import { connected } from "./database.ts";
import { medianOf, planOf } from "./measure.ts";
import { build, dropAll, type Run } from "./try-set.ts";

/** A plan without its figures: kinds of nodes, tables, joins, and indexes by their places among the candidates. */
export function shapeOf(plan: PlanNode, names: ReadonlyMap<string, number>): string {
  const index = plan["Index Name"] === undefined ? "" : `#${names.get(plan["Index Name"]) ?? plan["Index Name"]}`;
  const below = (plan.Plans ?? []).map((child) => shapeOf(child, names));
  return `${plan["Node Type"]} ${plan["Relation Name"] ?? ""}${index}(${below.join(", ")})`;
}

type Compared = { what: string; isSame: boolean; difference: number; query: string; shapes: [string, string] };
type Case = { query: string; on: number[] };

/** Compares all cases of a set: no index, each chosen one alone, and all together, for each query. */
export async function compareSet(run: Run): Promise<{ built: Compared[]; hypopg: Compared[] | null }> {
  const { set, url, clone } = run;
  const statements = await statementsOf(set.queries);
  const { advice } = await advisedOn(clone, {
    url,
    queries: set.queries,
    budgetBytes: Number.POSITIVE_INFINITY,
    insertSlowdown: Number.POSITIVE_INFINITY,
  });
  const { chosen } = advice;
  return connected(url, async (client) => {
    await build(client, chosen);
    try {
      const loaded = await clone.load(
        withoutBenchIndexes(await catalogOf(url, statements)),
        chosen.map(({ candidate }) => candidate),
      );
      const cases = set.queries.flatMap((query): Case[] =>
        [[], ...chosen.map((_, at) => [at]), chosen.map((_, at) => at)].map((on) => ({ query, on })),
      );
      const built = await compare(cases, loaded.indexes, run, (one) => planWithBuilt(client, one));
      return { built, hypopg: await compareWithHypopg(client, { run, chosen, cases, indexes: loaded.indexes }) };
    } finally {
      await dropAll(client);
    }
  });
}

const withoutBenchIndexes = (catalog: Catalog): Catalog => ({
  ...catalog,
  tables: catalog.tables.map((table) => ({
    ...table,
    indexes: table.indexes.filter(({ index }) => !index.startsWith("bench_index_")),
  })),
  indexStatistics: catalog.indexStatistics.filter(({ table }) => !table.startsWith("bench_index_")),
});

type Planner = (one: Case) => Promise<{ plan: PlanNode; names: ReadonlyMap<string, number> }>;

async function compare(
  cases: readonly Case[],
  indexes: readonly HypotheticalIndex[],
  { clone }: Run,
  real: Planner,
): Promise<Compared[]> {
  const names = new Map(indexes.map(({ name }, at) => [name.split(".").at(-1) ?? "", at]));
  const compared: Compared[] = [];
  for (const one of cases) {
    const planned = await clone.plan(
      one.query,
      one.on.flatMap((at) => indexes[at] ?? []),
      { text: false },
    );
    const own = await real(one);
    const what =
      one.on.length === 0 ? "none" : one.on.map((at) => candidateName(indexes[at]?.candidate ?? never())).join(" + ");
    if (!planned.ok)
      compared.push({ what, isSame: false, difference: 1, query: one.query, shapes: [planned.because, ""] });
    else {
      const shapes: [string, string] = [shapeOf(planned.plan, names), shapeOf(own.plan, own.names)];
      const difference = Math.abs(planned.cost - own.plan["Total Cost"]) / own.plan["Total Cost"];
      compared.push({ what, isSame: shapes[0] === shapes[1], difference, query: one.query, shapes });
    }
  }
  return compared;
}

const never = (): never => {
  throw new Error("a case names an index that is not there");
};

/** Switches the built indexes in the catalog of this server, which is the bench's own, and takes that back. */
async function planWithBuilt(
  client: pg.Client,
  { query, on }: Case,
): Promise<{ plan: PlanNode; names: Map<string, number> }> {
  const names = on.map((at) => `bench_index_${at}`);
  await client.query("begin");
  try {
    await client.query(
      "update pg_index set indisvalid = c.relname = any($1) from pg_class c where c.oid = indexrelid and c.relname ~ '^bench_index_'",
      [names],
    );
    return { plan: await planOf(client, query), names: new Map(on.map((at) => [`bench_index_${at}`, at])) };
  } finally {
    await client.query("rollback");
  }
}

type Hypothetical = {
  run: Run;
  chosen: readonly Choice[];
  cases: readonly Case[];
  indexes: readonly HypotheticalIndex[];
};

async function compareWithHypopg(
  client: pg.Client,
  { run, chosen, cases, indexes }: Hypothetical,
): Promise<Compared[] | null> {
  const { rows } = await client.query("select 1 from pg_available_extensions where name = 'hypopg'");
  if (rows.length === 0) return null;
  await client.query("create extension if not exists hypopg");
  // HypoPG knows no GIN.
  const known = chosen.flatMap(({ candidate }, at) => (candidate.shape.method === "gin" ? [] : at));
  const plannable = cases.filter(({ on }) => on.every((at) => known.includes(at)));
  return compare(plannable, indexes, run, async ({ query, on }) => {
    await client.query("select hypopg_reset()");
    const names = new Map<string, number>();
    for (const at of on) names.set(await createHypothetical(client, chosen[at]), at);
    await client.query("begin");
    try {
      await client.query(
        "update pg_index set indisvalid = false from pg_class c where c.oid = indexrelid and c.relname ~ '^bench_index_'",
      );
      return { plan: await planOf(client, query), names };
    } finally {
      await client.query("rollback");
    }
  });
}

const Created = z.object({ name: z.string() });

async function createHypothetical(client: pg.Client, choice: Choice | undefined): Promise<string> {
  const { table, shape } = (choice ?? never()).candidate;
  const { rows } = await client.query("select indexname::text as name from hypopg_create_index($1)", [
    `create index on ${indexText(table.schema, table.table, shape)}`,
  ]);
  return Created.parse(rows[0]).name;
}

/** Prints the figures; answers whether shapes agree in 99 % and costs differ by at most 5 % in the median. */
export function reportFidelity(title: string, compared: readonly Compared[]): boolean {
  const same = compared.filter(({ isSame }) => isSame).length;
  const median = medianOf(compared.map(({ difference }) => difference));
  const isGood = same >= compared.length * 0.99 && median <= 0.05;
  console.log(
    `  ${title}: ${same} of ${compared.length} plans of the same shape (${((same / compared.length) * 100).toFixed(1)} %), costs differ by ${(median * 100).toFixed(2)} % in the median: ${isGood ? "met" : "MISSED"}`,
  );
  const others = compared.filter(({ isSame }) => !isSame);
  if (process.env["BENCH_VERBOSE"] !== undefined)
    for (const { what, query, shapes } of others.slice(0, 30))
      console.log(
        `    ${what}\n      ${query.replaceAll(/\s+/g, " ").slice(0, 100)}\n      clone ${shapes[0]}\n      other ${shapes[1]}`,
      );
  return isGood;
}
