// `npm test`: checks, the test projects, and the demo. The end names each failure and why; the last line counts.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./checks.ts";
import { runTool } from "./support/run-tool.ts";
import { readReport } from "./support/vitest-report.ts";

// The kill tests take minutes more and have a command of their own: npm run test:chaos.
const PROJECTS = ["unit", "replay", "integration", "e2e"];
const startedAt = performance.now();
const folder = mkdtempSync(join(tmpdir(), "pgmedic-test-"));
const failed: string[] = [];
const again: string[] = [];
let passed = 0;

const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);

function heading(text: string): void {
  console.log(`\n── ${text} (after ${seconds()} s)`);
}

async function runProject(project: string): Promise<void> {
  const file = join(folder, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project", project, ...reporters];
  const { code } = await runTool(vitest, { show: true });
  const run = readReport(file, { code });
  passed += run.passed;
  failed.push(...run.failed);
  again.push(...run.again);
}

try {
  heading("check");
  const checks = await runChecks();
  passed += checks.passed;
  failed.push(...checks.failed);
  for (const project of PROJECTS) {
    heading(project);
    await runProject(project);
  }
  heading("demo");
  const { code } = await runTool(["infra/local/demo/play.ts"], { show: true });
  if (code === 0) passed += 1;
  else failed.push(`npm run demo ended with ${code}: its output is above`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// Last, since whoever reads the end of a long log has lost its middle.
if (again.length > 0) console.log(`\n── passed at the second try only\n${again.join("\n")}`);
if (failed.length > 0) console.log(`\n── failed\n${failed.join("\n")}`);
console.log(`\ntook ${seconds()} s\n${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
