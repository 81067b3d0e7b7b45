import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { z } from "zod";

const Assertion = z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()) });
const Report = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({ name: z.string(), status: z.string(), message: z.string(), assertionResults: z.array(Assertion) }),
  ),
});
const LONGEST_MESSAGE_LINES = 12;

/** What a run of a test project came to. `failed` and `again` are paragraphs for a person: file, test and why. */
export type ProjectRun = { passed: number; failed: string[]; again: string[] };

/** Reads the JSON report of a vitest that ended with `code`. `again` names the tests that only a second try passed. */
export function readReport(file: string, { code }: { code: number }): ProjectRun {
  const run: ProjectRun = { passed: 0, failed: [], again: [] };
  if (!existsSync(file)) return { ...run, failed: [`vitest ended with ${code} and left no report`] };
  const { success, testResults } = Report.parse(JSON.parse(readFileSync(file, "utf8")));
  for (const { name, status, message, assertionResults } of testResults) {
    for (const { status: verdict, fullName, failureMessages } of assertionResults) {
      const paragraph = `${relative(process.cwd(), name)}\n  ${fullName}\n${shortened(failureMessages[0] ?? "")}`;
      if (verdict === "failed") run.failed.push(paragraph);
      if (verdict === "passed") run.passed += 1;
      if (verdict === "passed" && failureMessages.length > 0) run.again.push(paragraph);
    }
    // A file that cannot be loaded, or whose setup fails, has no failed test; it has failed all the same.
    if (status === "failed" && !assertionResults.some(({ status: verdict }) => verdict === "failed")) {
      run.failed.push(`${relative(process.cwd(), name)}\n${shortened(message)}`);
    }
  }
  if (run.failed.length === 0 && (!success || code !== 0)) {
    run.failed.push(`vitest ended with ${code} although no test failed: its own output above says why`);
  }
  return run;
}

function shortened(message: string): string {
  const lines = message.split("\n");
  return lines
    .slice(0, LONGEST_MESSAGE_LINES)
    .map((line) => `    ${line}`)
    .join("\n");
}
