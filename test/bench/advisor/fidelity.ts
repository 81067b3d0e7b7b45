// How near the planner clone comes to the server's own planner: the same queries with the same indexes in the clone, really built, and,
// where it is installed, under HypoPG.
import { type Candidate, candidateName } from "../../../shared/advisor/candidates.ts";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import type { PlanNode } from "../../../shared/advisor/plan.ts";
import { advisedOn, catalogOf, statementsOf } from "./advice.ts";
import { connected } from "./database.ts";
import { medianOf } from "./measure.ts";
import { type Answer, built, type Case, cloned, hypothetical, type Planner } from "./planners.ts";
import { build, dropAll, type Run } from "./try-set.ts";

/** The clone is this version: a server of it plans whole plans alike. */
const VERSION_OF_THE_CLONE = 18;
const UNLIMITED = { budgetBytes: Number.POSITIVE_INFINITY, insertSlowdown: Number.POSITIVE_INFINITY };

/** Compares all cases of a set (no index, each chosen one alone, all together, for each query), and prints what comes of it. */
export async function judgeFidelity(run: Run): Promise<boolean> {
  const { set, url, clone } = run;
  const statements = await statementsOf(set.queries);
  const { advice } = await advisedOn(clone, { url, queries: set.queries, ...UNLIMITED });
  const candidates = advice.chosen.map(({ candidate }) => candidate);
  const places = candidates.map((_, at) => at);
  const cases = set.queries.flatMap((query): Case[] =>
    [[], ...places.map((at) => [at]), places].map((on) => ({ query, on })),
  );
  return connected(url, async (client) => {
    await build(client, advice.chosen);
    try {
      const catalog = await catalogOf(url, statements);
      const { indexes } = await clone.load(withoutBenchIndexes(catalog), candidates);
      const version = Math.floor(catalog.version / 10_000);
      const name = (on: readonly number[]): string =>
        on
          .flatMap((at) => candidates[at] ?? [])
          .map(candidateName)
          .join(" + ") || "none";
      const [own, real] = [cloned(clone, indexes), built(client)];
      const judged = { version, name };
      const isReal = report("clone and built indexes", await compare(cases, own, real), judged);
      return (await judgeHypopg({ run, candidates, cases, own, real, judged })) && isReal;
    } finally {
      await dropAll(client);
    }
  });
}

type AgainstHypopg = {
  run: Run;
  candidates: readonly Candidate[];
  cases: readonly Case[];
  own: Planner;
  real: Planner;
  judged: Judged;
};

/** On a connection of its own: HypoPG's indexes are those of a session. */
const judgeHypopg = ({ run, candidates, cases, own, real, judged }: AgainstHypopg): Promise<boolean> =>
  connected(run.url, async (client) => {
    const hypopg = await hypothetical(client, candidates);
    if (hypopg === null) {
      console.log(
        "  HypoPG is not installed beside this server: apt-get install postgresql-15-hypopg, then --version 15",
      );
      return true;
    }
    // HypoPG knows no GIN.
    const known = cases.filter(({ on }) => on.every((at) => candidates[at]?.shape.method !== "gin"));
    const isNear = report("clone and HypoPG", await compare(known, own, hypopg), judged);
    // Where the two differ, the built index says which of them was right.
    const ofClone = alike(await compare(known, own, real), judged.version);
    const ofHypopg = alike(await compare(known, hypopg, real), judged.version);
    console.log(`  as with the built indexes: the clone ${percent(ofClone)}, HypoPG ${percent(ofHypopg)}`);
    return isNear || ofClone >= ofHypopg;
  });

const withoutBenchIndexes = (catalog: Catalog): Catalog => ({
  ...catalog,
  tables: catalog.tables.map((table) => ({
    ...table,
    indexes: table.indexes.filter(({ index }) => !index.startsWith("bench_index_")),
  })),
  indexStatistics: catalog.indexStatistics.filter(({ table }) => !table.startsWith("bench_index_")),
});

type Compared = {
  query: string;
  on: readonly number[];
  /** The whole plan is the same; or at least each table is read in the same way, and they are joined by the same means. */
  isSame: boolean;
  isSameAccess: boolean;
  difference: number;
  shapes: [string, string];
};

async function compare(cases: readonly Case[], one: Planner, other: Planner): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const { query, on } of cases) {
    const [left, right] = [await one({ query, on }), await other({ query, on })];
    const shapes: [string, string] = [shapeOf(left.plan, left), shapeOf(right.plan, right)];
    const costs = [left.plan["Total Cost"], right.plan["Total Cost"]] as const;
    compared.push({
      query,
      on,
      isSame: shapes[0] === shapes[1],
      isSameAccess: accessOf(left) === accessOf(right),
      difference: Math.abs(costs[0] - costs[1]) / costs[1],
      shapes,
    });
  }
  return compared;
}

/** A plan without its figures: kinds of nodes, tables, joins, and indexes by their places among the candidates. */
function shapeOf(plan: PlanNode, answer: Answer): string {
  const below = (plan.Plans ?? []).map((child) => shapeOf(child, answer));
  return `${nodeText(plan, answer)}(${below.join(", ")})`;
}

function nodeText(plan: PlanNode, { names }: Answer): string {
  const index = plan["Index Name"] === undefined ? "" : `#${names.get(plan["Index Name"]) ?? plan["Index Name"]}`;
  return `${plan["Node Type"]} ${plan["Relation Name"] ?? ""}${index}`;
}

/**
 * What an index decides: how each table is read and by what means they are joined. Which side of a hash join is hashed, and where a plan
 * sorts and aggregates for its workers, has changed from version to version.
 */
const accessOf = (answer: Answer): string => accessNodes(answer.plan, answer).toSorted().join(", ");

function accessNodes(plan: PlanNode, answer: Answer): string[] {
  const isAccess = / Scan$|^Nested Loop$|^Hash Join$|^Merge Join$|^Append$/.test(plan["Node Type"]);
  const below = (plan.Plans ?? []).flatMap((child) => accessNodes(child, answer));
  return isAccess ? [nodeText(plan, answer), ...below] : below;
}

/** The share of plans that are alike: whole plans on the clone's own version, access on an older one. */
const alike = (compared: readonly Compared[], version: number): number =>
  compared.filter(({ isSame, isSameAccess }) => (version >= VERSION_OF_THE_CLONE ? isSame : isSameAccess)).length /
  compared.length;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

type Judged = { version: number; name: (on: readonly number[]) => string };

/** Prints the figures; answers whether shapes agree in 99 % and costs differ by at most 5 % in the median. */
function report(title: string, compared: readonly Compared[], { version, name }: Judged): boolean {
  const whole = compared.filter(({ isSame }) => isSame).length / compared.length;
  const access = compared.filter(({ isSameAccess }) => isSameAccess).length / compared.length;
  const median = medianOf(compared.map(({ difference }) => difference));
  const isGood = alike(compared, version) >= 0.99 && median <= 0.05;
  console.log(
    `  ${title}: of ${compared.length} plans ${percent(access)} read and join alike, ${percent(whole)} are alike as a whole; ` +
      `costs differ by ${(median * 100).toFixed(2)} % in the median: ${isGood ? "met" : "MISSED"}`,
  );
  if (process.env["BENCH_VERBOSE"] !== undefined) {
    for (const { on, query, shapes } of compared.filter(({ isSameAccess }) => !isSameAccess).slice(0, 20)) {
      const text = query.replaceAll(/\s+/g, " ").slice(0, 100);
      console.log(`    ${name(on)}\n      ${text}\n      one   ${shapes[0]}\n      other ${shapes[1]}`);
    }
  }
  return isGood;
}
