// `npm run infra:check`: compiles and lints infra/ with Bicep and expands each installation; a warning fails it. Where no compiler can be
// had it runs our own checks.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Compiler, findCompiler } from "./bicep/compiler.ts";
import { takeSnapshot } from "./bicep/snapshot.ts";

const INFRA = import.meta.dirname;
const FINDING = /\b(Warning|Error)\b.*:/;

/** What the compiler and its linter say of a file and of all modules below it; empty when they say nothing. */
function findingsOf(compiler: Compiler, file: string): string[] {
  const command = file.endsWith(".bicepparam") ? "build-params" : "lint";
  const { status, errors } = compiler.run([command, file, ...(command === "lint" ? [] : ["--stdout"])]);
  // The compiled template is on the other stream: it may hold the words too.
  const lines = errors.split("\n").filter((line) => FINDING.test(line));
  return lines.length > 0 || status === 0 ? lines : [`${file}: ${command} ended with ${status}: ${errors}`];
}

function check(compiler: Compiler): number {
  const installations = globSync(`${INFRA}/*.bicepparam`)
    .map((path) => resolve(path))
    .toSorted();
  const findings = new Set([`${INFRA}/main.bicep`, ...installations].flatMap((file) => findingsOf(compiler, file)));
  const isSound = findings.size === 0;
  for (const path of isSound && compiler.expands ? installations : []) {
    const { resources, findings: unexpanded } = takeSnapshot(compiler, relative(INFRA, path));
    console.log(`${relative(INFRA, path)}: ${resources.length} resources`);
    for (const finding of unexpanded) findings.add(`${relative(INFRA, path)}: ${finding.trim()}`);
  }
  for (const finding of findings) console.error(finding);
  console.log(`${compiler.name}: ${installations.length} installations, ${findings.size} findings`);
  return findings.size === 0 ? 0 : 1;
}

/** Our own checks are tests: they know the files by a grammar and Azure's types by their property trees. */
function checkWithout(): number {
  console.log(
    "No Bicep compiler is installed, and without .NET none can be had from NuGet: infra/ is checked by test/unit/infra alone (grammar, names, Azure's property trees, our rules).",
  );
  const suite = ["node_modules/vitest/vitest.mjs", "run", "--project", "unit", "test/unit/infra"];
  return spawnSync(process.execPath, suite, { stdio: "inherit" }).status ?? 1;
}

const compiler = findCompiler();
process.exitCode = compiler === undefined ? checkWithout() : check(compiler);
