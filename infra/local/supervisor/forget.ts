// Removes everything that a local cloud has kept.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { reachableFolder } from "../postgres/binaries.ts";
import { endOrphan } from "../postgres/orphan.ts";

/** Removes a state folder and the database that belongs to it, which may lie elsewhere. Nothing may be running on it. */
export async function forget(stateFolder: string): Promise<void> {
  const dataFolder = reachableFolder(join(stateFolder, "postgres"));
  await endOrphan(dataFolder);
  for (const path of [dataFolder, `${dataFolder}.log`, stateFolder]) rmSync(path, { recursive: true, force: true });
}
