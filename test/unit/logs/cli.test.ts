import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { logs } from "../../../functions/cli/logs.ts";
import { LogTriage } from "../../../shared/contracts/log-triage.ts";
import { logOf } from "./triage-of.ts";

const folder = mkdtempSync(join(tmpdir(), "pgmedic-logs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, logOf(...lines));
  return path;
}

test("a report for a person names the worst, its time, a sample and what to look at", async () => {
  const path = file(
    "a.log",
    "FATAL:  sorry, too many clients already",
    "nonsense",
    "LOG:  duration: 5000 ms  statement: select 5",
  );
  const { text, exitCode } = await logs({ files: [path], top: 1, json: false });
  expect(exitCode).toBe(1);
  expect(text).toContain("2 messages");
  expect(text).toContain("log_line_prefix '%m [%p] '");
  expect(text).toContain("1 lines could not be read");
  expect(text).toMatch(/critical 75\.\d {2}1 connection refused: sorry, too many clients already/);
  expect(text).toContain("→ Who is connected, by role, application and state (activity)");
  expect(text).toContain("1 more: --top 2 shows them.");
});

test("as JSON it is the contract's", async () => {
  const { text, exitCode } = await logs({
    files: [file("b.log", "LOG:  duration: 5000 ms  statement: select 5")],
    top: 5,
    json: true,
  });
  expect(LogTriage.parse(JSON.parse(text)).findings).toHaveLength(1);
  expect(exitCode).toBe(0);
});

test("a file that holds no log ends with 2, and one that is not there is an error that names it", async () => {
  expect(await logs({ files: [file("c.log", "hello")], top: 5, json: false })).toMatchObject({ exitCode: 2 });
  await expect(logs({ files: [join(folder, "none.log")], top: 5, json: false })).rejects.toThrow("none.log");
});
