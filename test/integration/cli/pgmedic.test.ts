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

test.each([
  [["advise"], /--server: /],
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
