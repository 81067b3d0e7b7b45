// Where the Bicep compiler comes from: the PATH, the Azure CLI, or NuGet where .NET is installed. npm has none.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The compiler's version on NuGet. A newer one brings newer rules of the linter: it is raised on purpose. */
const VERSION = "0.49.2";
const CACHE = resolve(import.meta.dirname, "../../node_modules/.cache/bicep");

/** What the parameter files read from the environment, for a compilation that deploys nothing. */
export const STAND_INS = {
  PGMEDIC_INGEST_AUDIENCE: "api://pgmedic-ingest",
  PGMEDIC_INGEST_CLIENT_ID: "11111111-0000-4000-8000-000000000000",
  PGMEDIC_INGEST_OBJECT_ID: "11111111-0000-4000-8000-000000000001",
  PGMEDIC_PAGER_EMAIL: "oncall@example.org",
  PGMEDIC_DEMO_ADMIN_ID: "22222222-0000-4000-8000-000000000000",
  PGMEDIC_DEMO_ADMIN_NAME: "database-admins",
  PGMEDIC_BUDGET_START: "2026-11-01",
  PGMEDIC_SERVER_ID:
    "/subscriptions/00000000-0000-4000-8000-000000000009/resourceGroups/shop/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop-db",
  AZURE_ENV_NAME: "mine",
  AZURE_LOCATION: "westeurope",
};

/** `expands`: it can also say what a deployment comes to, resource by resource. */
export type Compiler = { name: string; expands: boolean; run: (values: readonly string[]) => Said };
/** What a program said: compiled text on `output`, findings on `errors`; `status` is null when it could not be started. */
export type Said = { status: number | null; output: string; errors: string };

function run(command: string, values: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(command, values, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
    env: { ...STAND_INS, ...process.env },
  });
  return { status, output: stdout ?? "", errors: stderr ?? "" };
}

const starts = (command: string, ...values: string[]): boolean => run(command, values).status === 0;

/** NuGet's name of this machine, as its packages of programs end. */
function runtimeId(): string {
  const systems: Partial<Record<NodeJS.Platform, string>> = { linux: "linux", darwin: "osx", win32: "win" };
  return `${systems[process.platform] ?? process.platform}-${process.arch}`;
}

/** The compiler that NuGet has for this machine; null without .NET, or when it cannot be had. */
function fromNuGet(): string | null {
  const name = `Azure.Bicep.CommandLine.${runtimeId()}`;
  const program = process.platform === "win32" ? "bicep.exe" : "bicep";
  const path = join(CACHE, name.toLowerCase(), VERSION, "tools", program);
  if (existsSync(path)) return path;
  if (!starts("dotnet", "--version")) return null;
  mkdirSync(CACHE, { recursive: true });
  const project = join(CACHE, "compiler.csproj");
  // Nothing is built: the project only says which package is wanted.
  writeFileSync(
    project,
    `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
    <RestorePackagesPath>${CACHE}</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup><PackageDownload Include="${name}" Version="[${VERSION}]" /></ItemGroup>
</Project>
`,
  );
  const { status, output } = run("dotnet", ["restore", project]);
  if (status !== 0 || !existsSync(path)) {
    console.error(`Bicep ${VERSION} could not be had from NuGet:\n${output}`);
    return null;
  }
  chmodSync(path, 0o755);
  return path;
}

/** A compiler that is a program of its own. */
const standing = (name: string, program: string): Compiler => ({
  name,
  expands: true,
  run: (values) => run(program, values),
});

/** The Bicep compiler of this machine; undefined where there is none and none can be had. */
export function findCompiler(): Compiler | undefined {
  if (starts("bicep", "--version")) return standing("bicep", "bicep");
  const program = fromNuGet();
  if (program !== null) return standing(`bicep ${VERSION} (NuGet)`, program);
  if (!starts("az", "bicep", "version")) return undefined;
  const wrapped = ([command = "", file = "", ...more]: readonly string[]) =>
    run("az", ["bicep", command, "--file", file, ...more]);
  // The Azure CLI passes no snapshots on.
  return { name: "az bicep", expands: false, run: wrapped };
}
