import { existsSync } from "node:fs";
import { runTool } from "./support/run-tool.ts";

export type Check = { name: string; args: string[]; passes?: (output: string) => boolean };

const SOURCES = ["functions", "orchestrators", "shared", "static-web", "infra", "test"];
const FEWEST_MODULES = 200;

/** Every static check, by what it finds. */
export const CHECKS: readonly Check[] = [
  { name: "types", args: ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "tsconfig.json"] },
  {
    name: "types of the dashboard",
    args: ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "static-web/tsconfig.json"],
  },
  { name: "lint", args: ["node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings", ...SOURCES] },
  { name: "format", args: ["node_modules/oxfmt/bin/oxfmt", "--check", ...SOURCES] },
  {
    name: "import rules",
    args: [
      "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
      "--config",
      ".dependency-cruiser.mjs",
      ...SOURCES.filter((folder) => folder !== "test"),
    ],
    // Without a parser that knows TypeScript it finds nothing to check, and says that all is well.
    passes: (output) => Number(/(\d+) modules/.exec(output)?.[1] ?? 0) >= FEWEST_MODULES,
  },
  { name: "unused code", args: ["node_modules/knip/bin/knip.js", "--no-progress"] },
];

/** Runs the checks one after the other; prints what fails. Answers how many passed, and what failed. */
export async function runChecks(): Promise<{ passed: number; failed: string[] }> {
  const failed: string[] = [];
  for (const { name, args, passes = () => true } of CHECKS) {
    const tool = args[0] ?? "";
    if (!existsSync(tool)) throw new Error(`${tool} is not installed: run npm ci`);
    const { code, output, seconds } = await runTool(args);
    const isGood = code === 0 && passes(output);
    if (!isGood) failed.push(`check: ${name}\n${output}`);
    console.log(`${isGood ? "✓" : "✗"} ${name} (${seconds.toFixed(1)} s)${isGood ? "" : `\n${output}`}`);
  }
  return { passed: CHECKS.length - failed.length, failed };
}
