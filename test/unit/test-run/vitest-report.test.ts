import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runTool } from "../../support/run-tool.ts";
import { readReport, type ProjectRun } from "../../support/vitest-report.ts";

let folder: string;
// Inside the project, since the planted tests import vitest.
beforeEach(() => {
  folder = mkdtempSync(join("node_modules", ".planted-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs planted tests with vitest itself, one retry each, and reads its report. */
async function aRunOf(source: string): Promise<ProjectRun> {
  writeFileSync(join(folder, "planted.test.ts"), `import { beforeAll, expect, test } from "vitest";\n${source}`);
  writeFileSync(join(folder, "vitest.config.ts"), `export default { test: { include: ["*.test.ts"], retry: 1 } };\n`);
  const report = resolve(folder, "report.json");
  const args = ["--root", folder, "--reporter=json", `--outputFile=${report}`];
  const { code } = await runTool(["node_modules/vitest/vitest.mjs", "run", ...args]);
  return readReport(report, { code });
}

test("a failed test is named with its file and its reason; one that passed at its second try is named apart", async () => {
  const run = await aRunOf(`
    let tries = 0;
    test("adds", () => { expect(1 + 1).toBe(2); });
    test("adds wrongly", () => { expect(1 + 1).toBe(3); });
    test("adds the second time", () => { tries += 1; expect(tries).toBe(2); });`);
  expect(run.passed).toBe(2);
  expect(run.failed).toHaveLength(1);
  expect(run.failed[0]).toMatch(/planted\.test\.ts\n {2}.*adds wrongly\n.*expected 2 to be 3/);
  expect(run.again).toHaveLength(1);
  expect(run.again[0]).toContain("adds the second time");
});

test("a file that cannot be loaded is a failure", async () => {
  const run = await aRunOf(`throw new Error("no such planet");`);
  expect(run.failed).toEqual([expect.stringContaining("no such planet")]);
});

test("a setup that fails is a failure", async () => {
  const run = await aRunOf(`beforeAll(() => { throw new Error("no server"); }); test("never runs", () => {});`);
  expect(run.failed.join("\n")).toContain("no server");
});

test("an error that no test owns is a failure", async () => {
  const run = await aRunOf(`test("leaves something behind", () => { void Promise.reject(new Error("stray")); });`);
  expect(run.failed).toEqual([expect.stringContaining("although no test failed")]);
});

test("a run without a failure has none", async () => {
  const run = await aRunOf(`test("adds", () => { expect(1 + 1).toBe(2); });`);
  expect(run).toEqual({ passed: 1, failed: [], again: [] });
});

test("a run that leaves no report is a failure", () => {
  expect(readReport(resolve(folder, "report.json"), { code: 137 }).failed).toEqual([
    "vitest ended with 137 and left no report",
  ]);
});
