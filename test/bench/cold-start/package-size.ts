// What a deployment uploads: the built app and the packages that it needs, as .github/workflows/deploy.yml puts them together.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { z } from "zod";

/** Headers of an entry in a zip archive, beside its name, which is there twice. */
const ZIP_ENTRY_BYTES = 30 + 46;

export type Part = { name: string; bytes: number; zippedBytes: number; files: number };

const Lock = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});

/** The parts of the package, the largest first; sizes in bytes, as files and within a zip archive. */
export function packageParts(root: string): Part[] {
  const lock = Lock.parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
  const packages = Object.entries(lock.packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== "" && !dev && !optional && !devOptional)
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
  const built = ["functions", "orchestrators", "shared"].map((folder) => join("dist", folder));
  return [...built, ...packages].map((path) => partOf(root, path)).toSorted((a, b) => b.zippedBytes - a.zippedBytes);
}

function partOf(root: string, path: string): Part {
  const part = { name: path.replace("node_modules/", ""), bytes: 0, zippedBytes: 0, files: 0 };
  for (const file of filesIn(join(root, path))) {
    const content = readFileSync(file);
    part.files += 1;
    part.bytes += content.byteLength;
    part.zippedBytes += deflateRawSync(content).byteLength + ZIP_ENTRY_BYTES + 2 * (file.length - root.length);
  }
  return part;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    // A package within a package is a part of its own.
    if (entry.name === "node_modules") return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });
}
