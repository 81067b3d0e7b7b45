import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Playbook } from "../contracts/playbook.ts";

export type ReadPlaybook = { ok: true; playbook: Playbook } | { ok: false; problem: string };

/** Reads one playbook from its text; a problem names the file and each field with what is wrong with it. */
export function readPlaybook(file: string, text: string): ReadPlaybook {
  let value: unknown;
  try {
    value = parse(text);
  } catch (failure) {
    return {
      ok: false,
      problem: `${file} is no YAML: ${failure instanceof Error ? failure.message : String(failure)}`,
    };
  }
  const parsed = Playbook.safeParse(value);
  if (parsed.success) return { ok: true, playbook: parsed.data };
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return { ok: false, problem: `${file} is no playbook:\n  ${issues.join("\n  ")}` };
}

// Run from the sources, or from what was built of them beside the sources.
const OWN_FOLDERS = ["../catalogue/playbooks", "../../../shared/catalogue/playbooks"];

/** The folder of the playbooks that PgMedic brings. */
function ownFolder(): string {
  const found = OWN_FOLDERS.map((path) => join(import.meta.dirname, path)).find((path) =>
    existsSync(join(path, "generalMonitoring.yaml")),
  );
  if (found === undefined)
    throw new Error("PgMedic's playbooks are missing: deploy shared/catalogue/playbooks with it");
  return found;
}

/** All playbooks by name: PgMedic's own, and those of a user's folder, which take the place of their namesakes. Rejects on the first that is none. */
export function playbooksOf(userFolder: string | undefined): ReadonlyMap<string, Playbook> {
  const folders = userFolder === undefined ? [ownFolder()] : [ownFolder(), userFolder];
  const playbooks = new Map<string, Playbook>();
  for (const folder of folders) {
    for (const file of readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()) {
      const read = readPlaybook(join(folder, file), readFileSync(join(folder, file), "utf8"));
      if (!read.ok) throw new Error(read.problem);
      playbooks.set(read.playbook.name, read.playbook);
    }
  }
  return playbooks;
}
