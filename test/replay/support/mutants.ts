// Copies of the orchestrators with one change each, to prove that the replay of histories notices it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { temporaryFolder } from "../../support/process.ts";
import type { Orchestrator } from "./replayer.ts";

const ORCHESTRATORS = new URL("../../../orchestrators/", import.meta.url);
const ENTRY = "respond-to-alert.ts";
const LOCK = '  yield* step(ctx, "acquireLock", run);\n';
const PROPOSE = '    const proposal = yield* step(ctx, "propose", { ...run, round });\n';

export type Mutation = { what: string; file: string; from: string; to: string };

export const UNCHANGED: Mutation = { what: "no change", file: ENTRY, from: LOCK, to: LOCK };

export const MUTATIONS: readonly Mutation[] = [
  { what: "a removed step", file: ENTRY, from: LOCK, to: "" },
  { what: "an added step", file: ENTRY, from: PROPOSE, to: LOCK + PROPOSE },
  {
    what: "a renamed step",
    file: "verification.ts",
    from: 'step(ctx, "verify"',
    to: 'step(ctx, "close"',
  },
  {
    what: "two steps in another order",
    file: ENTRY,
    from: `${LOCK}\n  const diagnosis = yield* step(ctx, "investigate", run);\n`,
    to: `  const diagnosis = yield* step(ctx, "investigate", run);\n${LOCK}`,
  },
  { what: "another event name", file: "consent.ts", from: "decisionEvent(round)", to: "decisionEvent(round + 1)" },
  { what: "a shorter wait", file: "consent.ts", from: "6 * DAY_MS", to: "5 * DAY_MS" },
  { what: "a timer that is not cancelled", file: "consent.ts", from: "timer.cancel();", to: "" },
  { what: "another number of rounds", file: ENTRY, from: "MOST_ROUNDS = 3", to: "MOST_ROUNDS = 2" },
  { what: "other retries", file: "step.ts", from: "2_000, 12", to: "2_000, 11" },
];

/** The orchestrator of a mutated copy. Its imports name the real files, so that only the change is different. */
export async function mutated({ what, file, from, to }: Mutation): Promise<Orchestrator> {
  const { path: folder, remove } = temporaryFolder();
  for (const name of readdirSync(ORCHESTRATORS)) {
    const source = readFileSync(new URL(name, ORCHESTRATORS), "utf8");
    if (name === file && source.split(from).length !== 2) throw new Error(`${what}: ${file} does not have it once`);
    const changed = name === file ? source.replace(from, to) : source;
    writeFileSync(join(folder, name), withFullPaths(changed));
  }
  // The copy exports what the original does.
  const module = (await import(pathToFileURL(join(folder, ENTRY)).href)) as { respondToAlert: Orchestrator };
  remove();
  return module.respondToAlert;
}

const withFullPaths = (source: string): string =>
  source
    .replaceAll(/"(\.\.\/[^"]+)"/g, (_match, path: string) =>
      JSON.stringify(fileURLToPath(new URL(path, ORCHESTRATORS))),
    )
    .replaceAll('"durable-functions"', JSON.stringify(fileURLToPath(import.meta.resolve("durable-functions"))));
