// Puts the one package of the Function apps together in package/: what was built, the playbooks, and the packages that production needs,
// to the version that the lock file says. Run `npm run build` first.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "package");
// The playbooks are data: the compiler does not carry them over.
const PARTS = [
  ...["functions", "orchestrators", "shared"].map((folder) => join("dist", folder)),
  join("shared", "catalogue", "playbooks"),
  "host.json",
  "package.json",
  "package-lock.json",
];

if (!existsSync(join(root, "dist", "functions", "app.js"))) {
  console.error('There is nothing to package: run "npm run build" first.');
  process.exit(1);
}
rmSync(target, { recursive: true, force: true });
for (const part of PARTS) cpSync(join(root, part), join(target, part), { recursive: true });

// Whoever deploys it must not build it once more: what its scripts run is not in it.
const { scripts: _, devDependencies: __, ...manifest } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const windows = process.platform === "win32";
// No scripts, and none of the optional packages, which are there for other Nodes than the platform's.
const install = [
  "ci",
  "--omit=dev",
  "--omit=optional",
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
];
const { status } = spawnSync(windows ? "npm.cmd" : "npm", install, { cwd: target, stdio: "inherit", shell: windows });
writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
process.exit(status ?? 1);
