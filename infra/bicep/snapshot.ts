// What Azure would be asked for, as its own template engine expands it: every condition, loop and name decided.
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { Compiler } from "./compiler.ts";

const INFRA = resolve(import.meta.dirname, "..");
/** Any subscription will do: nothing is asked of it. */
const SUBSCRIPTION = "44444444-0000-4000-8000-000000000000";

const Resource = z.looseObject({ type: z.string(), name: z.string(), apiVersion: z.string().optional() });
const Document = z.object({ predictedResources: z.array(Resource), diagnostics: z.array(z.string()) });
export type PredictedResource = z.infer<typeof Resource>;
/** `findings`: what the engine could not expand, and therefore no what-if would show. */
export type Snapshot = { resources: PredictedResource[]; findings: string[] };

const WHERE = ["--subscription-id", SUBSCRIPTION, "--location", "westeurope", "--deployment-name", "pgmedic"];

/** Expands what a parameter file of infra/ deploys. The compiler writes beside the file, so it works on a copy. */
export function takeSnapshot(compiler: Compiler, parameterFile: string): Snapshot {
  const folder = mkdtempSync(join(tmpdir(), "pgmedic-infra-"));
  try {
    cpSync(INFRA, folder, { recursive: true, filter: (path) => !path.startsWith(join(INFRA, "local")) });
    const { status, errors } = compiler.run(["snapshot", join(folder, parameterFile), "--mode", "overwrite", ...WHERE]);
    if (status !== 0) throw new Error(`${parameterFile} could not be expanded: ${errors}`);
    const written = join(folder, `${basename(parameterFile, ".bicepparam")}.snapshot.json`);
    const { predictedResources, diagnostics } = Document.parse(JSON.parse(readFileSync(written, "utf8")));
    return { resources: predictedResources, findings: diagnostics };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
