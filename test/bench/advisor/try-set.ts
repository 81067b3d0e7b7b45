// One set: what its queries cost as they are, what is advised, and what they cost with the advised indexes really built.
import type pg from "pg";
import type { Choice } from "../../../shared/advisor/advice.ts";
import type { PlannerClone } from "../../../shared/advisor/clone-protocol.ts";
import { indexText } from "../../../shared/core/index-text.ts";
import { advisedOn } from "./advice.ts";
import { type BenchSet, MB, type Target } from "./bench-set.ts";
import { connected } from "./database.ts";
import { costsOf, insertTime, sizeOf, sumOf, timesOf } from "./measure.ts";

const INSERTED_ROWS = 20_000;

type Measured = { costs: number[]; times: number[]; insertMs: number };
export type Run = { clone: PlannerClone; set: BenchSet; url: string; scale: number; isQuick: boolean };

const nameOf = (at: number): string => `bench_index_${at}`;

/** Builds indexes for real; answers their sizes. */
export async function build(client: pg.Client, chosen: readonly Choice[]): Promise<number[]> {
  const sizes: number[] = [];
  for (const [at, { candidate }] of chosen.entries()) {
    await client.query(
      `create index ${nameOf(at)} on ${indexText(candidate.table.schema, candidate.table.table, candidate.shape)}`,
    );
    sizes.push(await sizeOf(client, nameOf(at)));
  }
  await client.query("vacuum analyze");
  return sizes;
}

export async function dropAll(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select relname::text as name from pg_class where relkind = 'i' and relname ~ '^bench_index_'",
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
}

async function measured(client: pg.Client, { set, scale }: Run): Promise<Measured> {
  const rows = Math.max(500, Math.round(INSERTED_ROWS * Math.min(1, scale)));
  return {
    costs: await costsOf(client, set.queries),
    times: await timesOf(client, set.queries),
    insertMs: await insertTime(client, set.insert(rows)),
  };
}

/** Answers whether every target was reached; at another size than the full one nothing is judged. */
export async function trySet(run: Run): Promise<boolean> {
  const { set, url, scale, isQuick } = run;
  return connected(url, async (client) => {
    await dropAll(client);
    await client.query("vacuum analyze");
    const before = await measured(client, run);
    const total = served(before.times, set);
    console.log(
      `\n${set.name}: ${set.queries.length} queries, plan cost ${figure(sumOf(before.costs))}, ${total.toFixed(0)} ms in all, ${before.insertMs.toFixed(0)} ms for the inserts`,
    );
    let isReached = true;
    for (const [at, budget] of set.budgets.entries()) {
      const budgetBytes = budget * scale;
      // The slowdown that inserts may suffer is a budget too: first without one, then with twice.
      for (const insertSlowdown of [Number.POSITIVE_INFINITY, 2]) {
        const target = insertSlowdown === 2 ? undefined : set.targets[at];
        const isMet = await tryBudget(client, { run, before, budgetBytes, insertSlowdown, target });
        isReached &&= isMet || isQuick;
      }
    }
    return isReached;
  });
}

type Trial = { run: Run; before: Measured; budgetBytes: number; insertSlowdown: number; target: Target | undefined };

async function tryBudget(client: pg.Client, trial: Trial): Promise<boolean> {
  const { run, before, budgetBytes, insertSlowdown } = trial;
  const { set, url, clone } = run;
  const { advice, ms, cpuMs } = await advisedOn(clone, { url, queries: set.queries, budgetBytes, insertSlowdown });
  const sizes = await build(client, advice.chosen);
  const after = await measured(client, run);
  await dropAll(client);
  const ratios = before.costs.map((cost, at) => (after.costs[at] ?? cost) / cost);
  const shares = {
    cost: sumOf(after.costs) / sumOf(before.costs),
    faster: before.times.filter((time, at) => time >= 2 * (after.times[at] ?? time)).length,
    total: served(after.times, set),
    inserts: after.insertMs / before.insertMs,
  };
  const limit = Number.isFinite(insertSlowdown) ? `, inserts at most ${insertSlowdown} times` : "";
  console.log(
    [
      `  budget ${(budgetBytes / MB).toFixed(0)} MB${limit}: ${advice.chosen.length} indexes, ${(sumOf(sizes) / MB).toFixed(0)} MB built (${(sumOf(advice.chosen.map(({ bytes }) => bytes)) / MB).toFixed(0)} MB estimated)`,
      `    plan cost ${percent(shares.cost)} of none; ${ratios.filter((ratio) => ratio <= 0.5).length} of ${ratios.length} plans at most half; ${shares.faster} of ${ratios.length} queries at least twice as fast`,
      `    ${shares.total.toFixed(1)} ms in all (none: ${served(before.times, set).toFixed(0)} ms); inserts ${shares.inserts.toFixed(2)} times (${after.insertMs.toFixed(0)} ms)`,
      `    advised in ${(ms / 1000).toFixed(2)} s (${(cpuMs / 1000).toFixed(2)} s of CPU) with ${advice.explains} plans${advice.problems.length > 0 ? `; left out: ${advice.problems.join("; ")}` : ""}`,
      ...advice.chosen.map(
        ({ candidate, need }, at) =>
          `      ${((sizes[at] ?? 0) / MB).toFixed(1).padStart(6)} MB  ${indexText(candidate.table.schema, candidate.table.table, candidate.shape)}  ${need}`,
      ),
    ].join("\n"),
  );
  if (process.env["BENCH_VERBOSE"] !== undefined) {
    for (const [at, query] of set.queries.entries())
      console.log(
        `      ${((ratios[at] ?? 1) * 100).toFixed(1).padStart(6)} %  ${(before.times[at] ?? 0).toFixed(1)} → ${(after.times[at] ?? 0).toFixed(1)} ms  ${query.replaceAll(/\s+/g, " ").slice(0, 90)}`,
      );
  }
  return judge(trial, shares, Math.min(ms, cpuMs));
}

type Shares = { cost: number; faster: number; total: number; inserts: number };

function judge({ target, insertSlowdown, run: { isQuick } }: Trial, shares: Shares, ms: number): boolean {
  const checks: [string, boolean][] =
    target === undefined
      ? [[`inserts at most ${insertSlowdown} times`, shares.inserts <= insertSlowdown]]
      : [
          [`plan cost at most ${percent(target.costShare)}`, shares.cost <= target.costShare],
          ...(target.adviceMs === undefined
            ? []
            : [[`advised in at most ${target.adviceMs / 1000} s`, ms <= target.adviceMs] satisfies [string, boolean]]),
          ...(target.fasterQueries === undefined
            ? []
            : [
                [`at least ${target.fasterQueries} twice as fast`, shares.faster >= target.fasterQueries] satisfies [
                  string,
                  boolean,
                ],
              ]),
          ...(target.totalMs === undefined
            ? []
            : [[`at most ${target.totalMs} ms in all`, shares.total <= target.totalMs] satisfies [string, boolean]]),
        ];
  if (isQuick) return true;
  for (const [what, isMet] of checks) console.log(`    target: ${what}: ${isMet ? "met" : "MISSED"}`);
  return checks.every(([, isMet]) => isMet);
}

const served = (times: readonly number[], { unservable }: BenchSet): number =>
  sumOf(times.filter((_, at) => !unservable.includes(at)));
const figure = (value: number): string => Math.round(value).toLocaleString("en");
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
