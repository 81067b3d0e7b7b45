import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Cluster, startCluster } from "../../support/postgres.ts";
import { temporaryFolder } from "../../support/process.ts";
import { runTool } from "../../support/run-tool.ts";

const folder = temporaryFolder();
let cluster: Cluster;
let database: Awaited<ReturnType<Cluster["createDatabase"]>>;
let url: string;

beforeAll(async () => {
  cluster = await startCluster({ shared_preload_libraries: "pg_stat_statements" });
  database = await cluster.createDatabase();
  ({ url } = database);
  await execute(
    "create table lines (id bigint primary key, part int not null, note text not null)",
    "insert into lines select g, g % 40000, repeat('x', 60) from generate_series(1, 300000) g",
    "vacuum analyze lines",
    // The load that filled the table is over: it is not what the application writes.
    // A session hands its counts over late unless it is told to.
    "select pg_stat_force_next_flush()",
    "select pg_stat_reset()",
  );
});
afterAll(async () => {
  await database.drop();
  await cluster.stop();
  folder.remove();
});

async function execute(...statements: string[]): Promise<void> {
  for (const statement of statements) await database.query(statement);
}

const pgmedic = (...args: string[]) =>
  runTool(["--disable-warning=ExperimentalWarning", "functions/cli/main.ts", ...args]);
const Advised = z.object({ indexes: z.array(z.object({ statement: z.string(), savedShare: z.number() })) });

test("check names what is missing with the SQL that mends it, and is content once it has run", async () => {
  const before = await pgmedic("check", "--server", url);
  expect(before.code).toBe(1);
  expect(before.output).toMatch(/missing pg_stat_statements[^]*create extension pg_stat_statements/);
  await execute("create extension pg_stat_statements");
  const after = await pgmedic("check", "--server", url);
  expect(after.output).not.toMatch(/missing pg_stat_statements/);
});

test("advise finds the index that the workload lacks, says why others are not worth it, and changes nothing", async () => {
  await execute(
    "create extension if not exists pg_stat_statements",
    "select pg_stat_statements_reset()",
    ...Array.from({ length: 20 }, () => "select * from lines where part = 7"),
  );
  const { code, output } = await pgmedic("advise", "--server", url, "--json");
  expect(code).toBe(0);
  const [first] = Advised.parse(JSON.parse(output)).indexes;
  expect(first?.statement).toBe("CREATE INDEX CONCURRENTLY idx_lines_part ON public.lines(part)");
  expect(first?.savedShare).toBeGreaterThan(0.5);
  await execute(
    "do $$ begin if (select count(*) from pg_index where indrelid = 'lines'::regclass) <> 1 then raise 'changed'; end if; end $$",
  );
});

test("advise takes queries from a file, each index on top of those before it, within the budget", async () => {
  const file = join(folder.path, "queries.sql");
  writeFileSync(file, "select * from lines where part = $1;\nselect * from lines order by note, id limit 3;\n");
  const two = Advised.parse(JSON.parse((await pgmedic("advise", "--server", url, "--queries", file, "--json")).output));
  expect(two.indexes).toHaveLength(2);
  const none = await pgmedic("advise", "--server", url, "--queries", file, "--budget", "1MB");
  expect(none.output).toMatch(/No index[^]*the budget is used up/);
});

test("the gate for CI names the query and the index, and lets through what an index serves or a small table bears", async () => {
  const file = join(folder.path, "gate.sql");
  writeFileSync(file, "select * from lines where part = $1;\nselect * from lines where id = $1;\n");
  const closed = await pgmedic("advise", "--server", url, "--check", file);
  expect(closed.code).toBe(1);
  expect(closed.output).toMatch(
    /part = \$1\n *reads lines from end to end[^]*CREATE INDEX CONCURRENTLY \S+ ON public.lines\(part\)/,
  );
  expect(closed.output).toMatch(/1 of 2 queries/);
  writeFileSync(file, "select * from lines where id = $1;\nselect * from pg_am where amname = $1;\n");
  const open = await pgmedic("advise", "--server", url, "--check", file);
  expect(open.output).toMatch(/none reads a large table/);
  expect(open.code).toBe(0);
});

test("a gate that could plan nothing does not open", async () => {
  const file = join(folder.path, "unknown.sql");
  writeFileSync(file, "select * from not_there where id = $1;");
  const { code, output } = await pgmedic("advise", "--server", url, "--check", file);
  expect(code).toBe(2);
  expect(output).toMatch(/not_there/);
});

test("the report says what would have been proposed and refused from what the server has counted", async () => {
  await execute(
    "select pg_stat_statements_reset()",
    ...Array.from({ length: 20 }, () => "select * from lines where part = 7"),
    "select count(*) from lines where to_char(id, '999') = '7'",
  );
  const { code, output } = await pgmedic("report", "--server", url);
  expect(code).toBe(0);
  expect(output).toMatch(/Would have been proposed[^]*CREATE INDEX CONCURRENTLY idx_lines_part/);
  expect(output).toMatch(/Would have been handed to the developers[^]*to_char/);
  expect(output).toMatch(/Nothing was changed/);
});

test("the report a person reads has the plan costs before and after", async () => {
  const file = join(folder.path, "one.sql");
  writeFileSync(file, "select * from lines where part = $1;");
  const { output } = await pgmedic("advise", "--server", url, "--queries", file);
  expect(output).toMatch(/1 indexes, \d+ MB: the plan cost of 1 statements falls to \d %/);
  expect(output).toMatch(/cost [\d,]+ → [\d,]+: select \* from lines/);
});

test.each([
  [["advise"], /--server: /],
  [["advise", "--server", "postgres://a@b/c", "--queries", "a", "--check", "b"], /not both/],
  [["check", "--server", "postgres://a@b/c", "--budget", "1GB"], /--budget/],
  [["logs"], /give the files/],
  [["advise", "--server", "mysql://x"], /give --server postgres:/],
  [["advise", "--server", "postgres://nobody@127.0.0.1:1/none"], /ECONNREFUSED/],
  [["heal"], /pgmedic check/],
])("a wrong command line (%j) is answered with what to do, and exit code 2", async (args, message) => {
  const { code, output } = await pgmedic(...args);
  expect(code).toBe(2);
  expect(output).toMatch(message);
});

test("a file that is no SQL is refused with the parser's words", async () => {
  const file = join(folder.path, "broken.sql");
  writeFileSync(file, "selekt 1");
  const { code, output } = await pgmedic("advise", "--server", url, "--queries", file);
  expect(code).toBe(2);
  expect(output).toMatch(/syntax error/);
});
