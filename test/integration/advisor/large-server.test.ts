import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countedWorkload } from "../../../shared/investigation/advise-workload.ts";
import { postgresOf } from "../../../shared/adapters/postgres.ts";
import { candidateName } from "../../../shared/advisor/candidates.ts";
import { chooseIndex } from "../../../shared/advisor/choose-index.ts";
import { startPlannerClone } from "../../../shared/advisor/clone-thread.ts";
import { serverOf } from "../../../functions/cli/outcome.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";
import { temporaryFolder } from "../../support/process.ts";

const TABLES = 10_000;
const STATEMENTS = 5_000;
const folder = temporaryFolder();
let cluster: Cluster;
let database: Awaited<ReturnType<Cluster["createDatabase"]>>;

beforeAll(async () => {
  cluster = await startCluster({
    shared_preload_libraries: "pg_stat_statements",
    "pg_stat_statements.max": "10000",
    max_locks_per_transaction: "1024",
  });
  database = await cluster.createDatabase();
  await database.query("create extension pg_stat_statements");
  for (let first = 0; first < TABLES; first += 1_000) {
    await database.query(
      `do $$ begin for n in ${first}..${first + 999} loop
         execute format('create table part_%s (id int primary key, kind int, note text)', n);
       end loop; end $$`,
    );
  }
  await database.query("create table lines (id bigint primary key, part int not null, note text not null)");
  await database.query("insert into lines select g, g % 40000, repeat('x', 60) from generate_series(1, 300000) g");
  await database.query("vacuum analyze lines");
  // What filled the table is over: it is not what the application writes. A session hands its counts over late unless told to.
  for (const call of ["pg_stat_force_next_flush()", "pg_stat_reset()", "pg_stat_statements_reset()"])
    await database.query(`select ${call}`);
  for (let n = 0; n < STATEMENTS; n += 1) await database.query(`select note from part_${n} where kind = 1`);
  for (let n = 0; n < 20; n += 1) await database.query("select * from lines where part = 7");
}, 300_000);
afterAll(async () => {
  await database.drop();
  await cluster.stop();
  folder.remove();
});

test("a server of 10,000 tables and 5,000 statements is read and advised within ten seconds", async () => {
  const clone = startPlannerClone(join(folder.path, "clone"));
  try {
    // A process makes its clone once; later investigations find it made.
    await clone.plan("select 1");
    const server = serverOf({ schema: ["public"] });
    const startedAt = performance.now();
    const asked = await postgresOf(() => database.url).asInvestigator({ server, applicationName: "test" }, (session) =>
      countedWorkload(session, server),
    );
    const readMs = performance.now() - startedAt;
    const advice = await chooseIndex(clone, asked.catalog, asked.workload);
    const totalMs = performance.now() - startedAt;
    expect(advice.choice === null ? null : candidateName(advice.choice.candidate)).toBe("public.lines(part)");
    expect(asked.catalog.tables.length).toBeLessThan(50);
    expect(readMs).toBeLessThan(8_000);
    expect(totalMs).toBeLessThan(10_000);
    console.log(`read in ${Math.round(readMs)} ms, advised in ${Math.round(totalMs)} ms`);
  } finally {
    await clone.close();
  }
});

test.runIf(existsSync("/proc/self/status"))("a process with the clone takes at most 700 MB", async () => {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "functions/cli/main.ts", "report", "--server", database.url],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const ended = once(child, "exit");
  let peakMb = 0;
  const watch = setInterval(() => {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(statusOf(child.pid))?.[1];
    peakMb = Math.max(peakMb, Number(kilobytes ?? 0) / 1024);
  }, 50);
  await ended;
  clearInterval(watch);
  expect(child.exitCode).toBe(0);
  expect(peakMb).toBeGreaterThan(100);
  expect(peakMb).toBeLessThan(700);
  console.log(`peak of resident memory: ${Math.round(peakMb)} MB`);
});

/** What the system knows of a process; nothing once it has ended. */
function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}
