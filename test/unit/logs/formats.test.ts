import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { LogTriage } from "../../../shared/contracts/log-triage.ts";
import { openLog } from "../../../shared/logs/sources.ts";
import { triageLogs } from "../../../shared/logs/triage.ts";
import { logLines } from "./log-lines.ts";
import { logOf, triageOf } from "./triage-of.ts";

/** What PostgreSQL 18 wrote of the same hour in its three formats, with log_line_prefix '%m [%p] %q[user=%u,db=%d,app=%a] %e '. */
const real = (ending: string): string => join(import.meta.dirname, "real", `postgresql-18.${ending}`);
const folder = mkdtempSync(join(tmpdir(), "pgmedic-logs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fromFiles = async (...paths: string[]): Promise<LogTriage> =>
  triageLogs(await Promise.all(paths.map(openLog)), { most: 100 });
/** All but what only one of the formats tells. */
const told = ({ findings }: LogTriage) =>
  findings.map(({ facts, ...finding }) => ({
    ...finding,
    facts: { ...facts, sqlState: null, users: null, databases: null },
  }));

describe("what a server wrote in three formats comes to the same", () => {
  test.each([
    ["log", "stderr", "%m [%p] %q[user=%u,db=%d,app=%a] %e "],
    ["csv", "csvlog", null],
    ["jsonlog", "jsonlog", null],
  ])("%s", async (ending, format, prefix) => {
    const triage = await fromFiles(real(ending));
    expect(triage.sources).toMatchObject([{ format, prefix, problem: null }]);
    expect(triage).toMatchObject({ messages: 76, malformedLines: 0, detachedLines: 0 });
    expect(told(triage)).toEqual(told(await fromFiles(real("log"))));
    expect(triage.findings.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        "deadlock",
        "lock_wait",
        "statement_timeout",
        "temporary_files",
        "authentication_failed",
        "error",
      ]),
    );
  });
});

describe("Azure's PostgreSQLLogs", () => {
  const message = "2026-11-20 10:00:00 UTC-6a45d422.1513f3-ERROR:  canceling statement due to statement timeout";
  const properties = {
    timestamp: "2026-11-20 10:00:00.123 UTC",
    processId: 17,
    errorLevel: "ERROR",
    sqlerrcode: "57014",
    message,
  };
  const record = {
    properties,
    time: "2026-11-20T10:00:00.130Z",
    category: "PostgreSQLLogs",
    operationName: "LogEvent",
    resourceId: "/X",
  };
  const row = {
    TimeGenerated: "2026-11-20T10:00:00.123Z",
    ErrorLevel: "ERROR",
    SqlErrorCode: "57014",
    Message: message,
    ProcessId: 17,
  };
  test.each([
    ["a record a line", `${JSON.stringify(record)}\n${JSON.stringify(record)}\n`],
    ["batches of an event hub", JSON.stringify({ records: [record, record] })],
    ["an array over many lines", JSON.stringify([record, record], null, 2)],
    ["rows of Log Analytics", JSON.stringify([row, row], null, 1)],
    [
      "rows of AzureDiagnostics",
      [record, record]
        .map(() =>
          JSON.stringify({
            Category: "PostgreSQLLogs",
            TimeGenerated: row.TimeGenerated,
            errorLevel_s: "ERROR",
            Message: message,
            processId_d: 17,
          }),
        )
        .join("\n"),
    ],
    [
      "properties as a text",
      [record, record].map((one) => JSON.stringify({ ...one, properties: JSON.stringify(properties) })).join("\n"),
    ],
    [
      "a message without its prefix",
      [record, record]
        .map((one) =>
          JSON.stringify({
            ...one,
            properties: { ...properties, message: "canceling statement due to statement timeout" },
          }),
        )
        .join("\n"),
    ],
  ])("%s", async (_, text) => {
    const triage = await triageOf(text);
    expect(triage).toMatchObject({ messages: 2, malformedLines: 0, sources: [{ format: "azure" }] });
    expect(triage.findings).toMatchObject([
      { kind: "statement_timeout", count: 2, firstSeen: "2026-11-20T10:00:00.123Z" },
    ]);
    expect(triage.findings[0]?.sample).toBe("canceling statement due to statement timeout");
  });

  test("records of other categories and broken ones are counted", async () => {
    const other = JSON.stringify({ category: "PostgreSQLFlexSessions", properties: { message: "LOG:  x" } });
    const triage = await triageOf(
      `${JSON.stringify(record)}\n${other}\n{"properties": {"message": \n${JSON.stringify(record)}\nnonsense\n`,
    );
    expect(triage).toMatchObject({ messages: 2, malformedLines: 3 });
  });
});

describe("csvlog", () => {
  const line = (message: string, statement = ""): string =>
    `2026-11-20 10:00:00.000 UTC,"bob","shop",17,"10.0.0.1:4711",6a45.1,1,"SELECT",2026-11-20 09:00:00 UTC,3/4,0,LOG,00000,"${message}",,,,,,"${statement}",,,"psql","client backend",,0\n`;
  test("quotes and newlines within a field belong to it", async () => {
    const sql = 'select ""A"", \'x,y\'\nfrom t';
    const { findings } = await triageOf(line(`duration: 2000.5 ms  statement: ${sql}`).repeat(3));
    expect(findings).toMatchObject([{ kind: "slow_statement", count: 3, sample: 'select "A", ? from t' }]);
    expect(findings[0]?.facts).toMatchObject({ users: "bob", databases: "shop", maxMs: 2000.5 });
  });

  test("columns of older versions, broken lines and a quote that is never closed", async () => {
    const old = line("duration: 2000 ms  statement: select 1").replace(',"client backend",,0', "");
    const triage = await triageOf(
      `${old}a,b,c\n"x"y,z\n\n${line("duration: 2000 ms  statement: select 1")}"never closed\n`,
    );
    expect(triage).toMatchObject({ messages: 2, malformedLines: 3 });
    expect(triage.findings).toMatchObject([{ count: 2 }]);
  });
});

describe("files", () => {
  test("rotated ones are one log, gzip is known by its bytes, and - is standard input", async () => {
    const text = logOf("LOG:  duration: 1500.0 ms  statement: select 1");
    const paths = ["a.log", "b.log.1"].map((name) => join(folder, name));
    writeFileSync(paths[0] ?? "", text);
    writeFileSync(paths[1] ?? "", Buffer.concat([gzipSync(text), gzipSync(text)]));
    expect((await fromFiles(...paths)).findings).toMatchObject([{ count: 3 }]);
    const script = `const [{ openLog }, { triageLogs }] = await Promise.all([import("${new URL("../../../shared/logs/sources.ts", import.meta.url).href}"), import("${new URL("../../../shared/logs/triage.ts", import.meta.url).href}")]); console.log(JSON.stringify(await triageLogs([await openLog("-")], { most: 5 })));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
      input: gzipSync(text),
    });
    expect(JSON.parse(stdout.toString())).toMatchObject({ messages: 1, sources: [{ name: "standard input" }] });
  });

  test("a compressed file that ends early counts as far as it goes, and says so", async () => {
    const path = join(folder, "cut.gz");
    const lines = [];
    for (const one of logLines(1)) if (lines.push(one) >= 5_000) break;
    const compressed = gzipSync(lines.join(""));
    writeFileSync(path, compressed.subarray(0, compressed.length / 2));
    const triage = await fromFiles(path);
    expect(triage.messages).toBeGreaterThan(1_000);
    expect(triage.sources[0]?.problem).toMatch(/end of file/);
  });

  test("an empty file and one that is no log have no findings", async () => {
    for (const text of ["", "\n\n", "hello\nworld\n", "{", "[]", '{"a": 1}\n'])
      expect(await triageOf(text)).toMatchObject({ findings: [], messages: 0, from: null });
  });
});

test("the pieces that a file comes in make no difference", async () => {
  const lines: string[] = [];
  for (const one of logLines(7)) if (lines.push(one) >= 400) break;
  const texts = [lines.join(""), readFileSync(real("log")), readFileSync(real("csv")), readFileSync(real("jsonlog"))];
  for (const text of texts) {
    const whole = await triageOf(text);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), async (chunkBytes) => {
        expect(await triageOf(text, { chunkBytes })).toEqual(whole);
      }),
      { numRuns: 8, seed: 20_261_120 },
    );
  }
});
