import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { z } from "zod";
import { type FiledPlaybook, Playbook } from "../contracts/playbook.ts";
import type { FieldProblem } from "../contracts/playbook-edit.ts";

export type ReadPlaybook = { ok: true; playbook: Playbook } | { ok: false; problem: string; errors: FieldProblem[] };

/** Reads one playbook from its text; a problem names the file and each field with what is wrong with it. */
export function readPlaybook(file: string, text: string): ReadPlaybook {
  let value: unknown;
  try {
    value = parse(text);
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure);
    return { ok: false, problem: `${file} is no YAML: ${message}`, errors: [{ path: "(text)", message }] };
  }
  const parsed = Playbook.safeParse(value);
  if (parsed.success) return { ok: true, playbook: parsed.data };
  const errors = parsed.error.issues.map((issue) => ({
    path: issue.path.join(".") || "(text)",
    message: inWords(issue),
  }));
  const lines = errors.map(({ path, message }) => `${path}: ${message}`);
  return { ok: false, problem: `${file} is no playbook:\n  ${lines.join("\n  ")}`, errors };
}

/** Of a closed set what there is, as a person would write it. */
const inWords = (issue: z.core.$ZodIssue): string =>
  issue.code === "invalid_value" && issue.values.length > 1
    ? `there is no such value here; there are: ${issue.values.map(String).join(", ")}`
    : issue.message;

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
export function filedPlaybooks(userFolder: string | undefined): ReadonlyMap<string, FiledPlaybook> {
  const filed = new Map<string, FiledPlaybook>();
  const take = (folder: string, origin: FiledPlaybook["origin"]): void => {
    for (const file of readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()) {
      const text = readFileSync(join(folder, file), "utf8");
      const read = readPlaybook(join(folder, file), text);
      if (!read.ok) throw new Error(read.problem);
      filed.set(read.playbook.name, { origin, playbook: read.playbook, text });
    }
  };
  take(ownFolder(), "own");
  if (userFolder !== undefined) take(userFolder, "folder");
  return filed;
}

/** The same without texts. */
export const playbooksOf = (userFolder: string | undefined): ReadonlyMap<string, Playbook> =>
  new Map([...filedPlaybooks(userFolder)].map(([name, { playbook }]) => [name, playbook]));
