// An agent's client, of the protocol's own library, with the command line on the other end of the pipe and a real PostgreSQL behind it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { Diagnosis } from "../../../shared/contracts/diagnosis.ts";
import { ServerCheck } from "../../../shared/contracts/server.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";
import { temporaryFolder } from "../../support/process.ts";
import { runTool } from "../../support/run-tool.ts";

const folder = temporaryFolder();
let cluster: Cluster;
let database: Awaited<ReturnType<Cluster["createDatabase"]>>;
let client: Client;

beforeAll(async () => {
  cluster = await startCluster({ shared_preload_libraries: "pg_stat_statements" });
  database = await cluster.createDatabase();
  for (const statement of [
    "create extension pg_stat_statements",
    "create table lines (id bigint primary key, part int not null, note text not null)",
    "insert into lines select g, g % 40000, repeat('x', 60) from generate_series(1, 200000) g",
    "vacuum analyze lines",
  ])
    await database.query(statement);
  const log = join(folder.path, "postgresql.log");
  writeFileSync(log, "2026-11-20 10:00:00.000 UTC [77] ERROR:  deadlock detected\n");
  client = new Client({ name: "an agent", version: "1" });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [
        "--disable-warning=ExperimentalWarning",
        "functions/cli/main.ts",
        "mcp",
        "--server",
        database.url,
        "--log",
        log,
      ],
    }),
  );
});
afterAll(async () => {
  await client.close();
  await database.drop();
  await cluster.stop();
  folder.remove();
});

async function call(name: string, given: Record<string, unknown> = {}): Promise<{ text: string; isError: boolean }> {
  const answer = await client.callTool({ name, arguments: given });
  const { content } = z.object({ content: z.array(z.object({ text: z.string() })) }).parse(answer);
  return { text: content[0]?.text ?? "", isError: answer.isError === true };
}
const parsed = async (name: string, given: Record<string, unknown> = {}): Promise<unknown> =>
  JSON.parse((await call(name, given)).text);

/** Every object of the database, as far as PgMedic could change it. */
const schema = async (): Promise<string> =>
  JSON.stringify(
    (await database.query("select relname, relkind, reloptions from pg_class where oid >= 16384 order by oid")).rows,
  );

test("every tool says that it only reads, and none takes SQL", async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).toSorted()).toEqual([
    "advise_indexes",
    "check_server",
    "diagnose",
    "list_diagnostics",
    "report",
    "run_diagnostic",
    "triage_logs",
  ]);
  expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([]);
  expect(JSON.stringify(tools.map(({ inputSchema }) => inputSchema))).not.toMatch(/sql|query"/i);
});

test("a server on which nothing is wrong is called healthy, and nothing is changed", async () => {
  const before = await schema();
  const { diagnosis, proposal } = z
    .object({ diagnosis: Diagnosis, proposal: z.null() })
    .parse(await parsed("diagnose", { playbook: "investigateHighCPU" }));
  expect(diagnosis).toMatchObject({ verdict: "healthy", playbook: "investigateHighCPU" });
  expect(proposal).toBeNull();
  expect(await schema()).toBe(before);
});

test("while a column without an index is asked for, the index is what would be proposed", async () => {
  const before = await schema();
  let isOver = false;
  const load = (async () => {
    while (!isOver) await database.query("select * from lines where part = 7");
  })();
  try {
    const { diagnosis, proposal } = z
      .object({
        diagnosis: Diagnosis,
        proposal: z.object({ statement: z.string(), undo: z.string(), riskClass: z.string() }),
      })
      .parse(await parsed("diagnose", {}));
    expect(diagnosis).toMatchObject({ verdict: "cause", cause: "missing_index" });
    expect(proposal).toMatchObject({
      statement: "CREATE INDEX CONCURRENTLY idx_lines_part ON public.lines(part)",
      undo: "DROP INDEX CONCURRENTLY public.idx_lines_part",
      riskClass: "R2",
    });
  } finally {
    isOver = true;
    await load;
  }
  expect(await schema()).toBe(before);
});

test("a diagnostic is run by its name with typed parameters, and nothing else", async () => {
  const { outcome, rows } = z
    .object({ outcome: z.string(), rows: z.array(z.record(z.string(), z.unknown())) })
    .parse(await parsed("run_diagnostic", { actionId: "setting-value", parameters: { name: "work_mem" } }));
  expect(outcome).toBe("answered");
  expect(rows).toHaveLength(1);
  const bad = await parsed("run_diagnostic", {
    actionId: "setting-value",
    parameters: { name: "x; drop table lines" },
  });
  expect(bad).toMatchObject({ outcome: "refused", because: expect.stringContaining("a setting's name") });
  expect((await call("run_diagnostic", { actionId: "select 1" })).isError).toBe(true);
});

test("the check, the report, the advice, the list and the logs answer", async () => {
  expect(ServerCheck.parse(await parsed("check_server")).reachable).toBe(true);
  expect(await parsed("report")).toMatchObject({ outcome: "made" });
  expect((await call("advise_indexes")).text).toContain('"indexes"');
  expect((await call("list_diagnostics")).text).toContain("table-health");
  expect((await call("triage_logs")).text).toMatch(/deadlock/i);
});

test("a wrong playbook is an answer that names the right ones, and the session goes on", async () => {
  const { text, isError } = await call("diagnose", { playbook: "everything" });
  expect(isError).toBe(true);
  expect(text).toContain("generalMonitoring");
  expect((await call("list_diagnostics")).isError).toBe(false);
});

test("on a command line diagnose says the same in words, with 1 for something found", async () => {
  const diagnose = (...args: string[]) =>
    runTool(["--disable-warning=ExperimentalWarning", "functions/cli/main.ts", "diagnose", ...args]);
  const { code, output } = await diagnose("--server", database.url);
  expect(output).toMatch(/^healthy: /);
  expect(output).toContain("Nothing was changed.");
  expect(code).toBe(0);
  const away = await diagnose("--server", "postgres://nobody@127.0.0.1:1/nothing");
  expect(away.code).toBe(2);
});
