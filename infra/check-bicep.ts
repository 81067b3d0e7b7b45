// `npm run infra:check`: compiles and lints infra/ with Bicep where it is installed, and fails on a warning; elsewhere it runs our own checks.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "infra";
type Compiler = { name: string; command: string; before: string[]; build: (file: string) => string[] };

/** Bicep alone, or as a part of the Azure CLI. */
const COMPILERS: Compiler[] = [
  { name: "bicep", command: "bicep", before: [], build: (file) => [file] },
  { name: "az bicep", command: "az", before: ["bicep"], build: (file) => ["--file", file] },
];

/** What the parameter files read from the environment, for a compilation that deploys nothing. */
const STAND_INS = {
  PGMEDIC_INGEST_AUDIENCE: "api://pgmedic-ingest",
  PGMEDIC_INGEST_PRINCIPAL: "00000000-0000-0000-0000-000000000000",
  PGMEDIC_PAGER_EMAIL: "oncall@example.org",
  PGMEDIC_DEMO_ADMIN_ID: "00000000-0000-0000-0000-000000000000",
  PGMEDIC_DEMO_ADMIN_NAME: "database-admins",
  PGMEDIC_BUDGET_START: "2026-11-01",
  PGMEDIC_SERVER_ID: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/f",
  AZURE_ENV_NAME: "mine",
  AZURE_LOCATION: "westeurope",
};

/** Runs a program and gives what it printed; null when it is not installed. */
function run(command: string, values: readonly string[]): { status: number | null; said: string } | null {
  const result = spawnSync(command, values, {
    encoding: "utf8",
    shell: process.platform === "win32",
    env: { ...STAND_INS, ...process.env },
  });
  if (result.error !== undefined) return null;
  return { status: result.status, said: `${result.stdout}${result.stderr}` };
}

const findCompiler = (): Compiler | undefined =>
  COMPILERS.find(
    ({ command, before }) => run(command, [...before, before.length === 0 ? "--version" : "version"])?.status === 0,
  );

/** What the compiler and its linter say of one file; empty when they say nothing. */
function findingsOf({ command, before, build }: Compiler, file: string): string[] {
  const steps = file.endsWith(".bicepparam") ? ["build-params"] : ["build", "lint"];
  return steps.flatMap((step) => {
    const output = step === "lint" ? [] : ["--stdout"];
    const result = run(command, [...before, step, ...build(file), ...output]);
    const lines = (result?.said ?? "").split("\n").filter((line) => /\b(Warning|Error)\b.*:/i.test(line));
    return lines.length > 0 || result?.status === 0 ? lines : [`${file}: ${step} ended with ${result?.status}`];
  });
}

function compile(compiler: Compiler): number {
  const files = globSync(join(FOLDER, "{main*,modules/*}.{bicep,bicepparam}")).toSorted((a, b) => a.localeCompare(b));
  const findings = [...new Set(files.flatMap((file) => findingsOf(compiler, file)))];
  for (const finding of findings) console.error(finding);
  console.log(`${compiler.name}: ${files.length} files, ${findings.length} findings`);
  return findings.length === 0 ? 0 : 1;
}

/** Our own checks are tests: they know the files by a grammar and Azure's types by their property trees. */
function checkWithout(): number {
  console.log(
    "Bicep is not installed: infra/ is checked by test/unit/infra alone (grammar, names, Azure's property trees, our rules).",
  );
  const suite = ["node_modules/vitest/vitest.mjs", "run", "--project", "unit", "test/unit/infra"];
  return spawnSync(process.execPath, suite, { stdio: "inherit" }).status ?? 1;
}

const compiler = findCompiler();
process.exitCode = compiler === undefined ? checkWithout() : compile(compiler);
