// `npm test`: checks, the test projects, and the demo. The last line says how many passed and failed.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runChecks } from "./checks.ts";
import { runTool } from "./support/run-tool.ts";

const Report = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), success: z.boolean() });
// The kill tests take minutes more and have a command of their own: npm run test:chaos.
const PROJECTS = ["unit", "replay", "integration", "e2e"];
const startedAt = performance.now();
const folder = mkdtempSync(join(tmpdir(), "pgmedic-test-"));
const total = { passed: 0, failed: 0 };

function add({ passed, failed }: { passed: number; failed: number }): void {
  total.passed += passed;
  total.failed += failed;
}

function heading(text: string): void {
  console.log(`\n── ${text} (after ${Math.round((performance.now() - startedAt) / 1000)} s)`);
}

try {
  heading("check");
  add(await runChecks());
  for (const project of PROJECTS) {
    heading(project);
    const file = join(folder, `${project}.json`);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const { code } = await runTool(["node_modules/vitest/vitest.mjs", "run", "--project", project, ...reporters], {
      show: true,
    });
    const { numPassedTests: passed, numFailedTests, success } = Report.parse(JSON.parse(readFileSync(file, "utf8")));
    // A file that cannot be loaded has no failed test; the run has failed all the same.
    add({ passed, failed: Math.max(numFailedTests, success && code === 0 ? 0 : 1) });
  }
  heading("demo");
  const { code } = await runTool(["infra/local/demo/play.ts"], { show: true });
  add({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  `\ntook ${Math.round((performance.now() - startedAt) / 1000)} s\n${total.passed} passed, ${total.failed} failed`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
