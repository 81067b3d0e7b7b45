// A next version of the app: its sources in a folder of their own, with changes in them.
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A change of one file: every occurrence of `from` becomes `to`. */
export type Change = { file: string; from: string; to: string };

/** Copies the app's sources and changes them; `entry` is what a host loads. A change that changes nothing rejects. */
export function changedBuild(changes: readonly Change[]): { entry: string; remove: () => void } {
  const folder = temporaryFolder();
  for (const name of ["functions", "orchestrators", "shared", "package.json", "host.json"])
    cpSync(join(root, name), join(folder.path, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder.path, "node_modules"));
  for (const { file, from, to } of changes) {
    const path = join(folder.path, file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`${file} has no "${from}" to be changed`);
    writeFileSync(path, text.replaceAll(from, to));
  }
  return { entry: join(folder.path, "functions/app.ts"), remove: folder.remove };
}
