// All scenarios: one folder each.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Scenario } from "./scenario.ts";

export type Named = { name: string; scenario: Scenario; script: string };
const FOLDER = dirname(import.meta.dirname);

/** The scenarios with these names, or all, in the order of their names. Rejects when one does not exist. */
export async function collect(names: readonly string[] = []): Promise<Named[]> {
  const known = readdirSync(FOLDER)
    .filter((name) => existsSync(join(FOLDER, name, "break.sql")))
    .toSorted();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`there is no scenario ${unknown.join(", ")}; there are ${known.join(", ")}`);
  const wanted = names.length === 0 ? known : known.filter((name) => names.includes(name));
  return Promise.all(wanted.map(read));
}

async function read(name: string): Promise<Named> {
  const loaded = (await import(join(FOLDER, name, "scenario.ts"))) as { scenario: Scenario };
  return { name, scenario: loaded.scenario, script: readFileSync(join(FOLDER, name, "break.sql"), "utf8") };
}
