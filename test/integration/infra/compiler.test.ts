// infra/ before the real Bicep compiler and Azure's own template engine, where they can be had: `npm run infra:check` says when not.
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { findCompiler } from "../../../infra/bicep/compiler.ts";
import { type PredictedResource, takeSnapshot } from "../../../infra/bicep/snapshot.ts";
import { deploymentOf } from "../../support/bicep/installation.ts";

const compiler = findCompiler();
const engine = compiler?.expands === true ? compiler : undefined;
const INSTALLATIONS = ["main.bicepparam", "main.dev.bicepparam", "main.prod.bicepparam"];

/** Names hold a part that only the engine can compute, and ids are of its subscription. */
const comparable = (text: string): string =>
  text
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, "<guid>")
    .replaceAll(/(prod|dev|mine)(-?)[a-z\d]{6}(?=[^\da-z]|audit|runner|ingest|api|all|$)/g, "$1$2<token>");

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** Every value of a resource with the path that leads to it. */
function valuesOf(value: unknown, path: string): string[] {
  if (value === null || value === undefined) return [];
  if (isList(value)) return value.flatMap((one) => valuesOf(one, `${path}[]`));
  if (typeof value !== "object") return [`${path} = ${comparable(JSON.stringify(value))}`];
  return Object.entries(value).flatMap(([key, one]) => valuesOf(one, `${path}.${comparable(key)}`));
}

const isKnown = (value: string): boolean => !/ = "\[/.test(value);
const body = ({ type, properties, sku, kind, identity, tags }: PredictedResource): string[] =>
  valuesOf({ properties, sku, kind, identity, tags }, type);

function tally(values: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

test.skipIf(compiler === undefined)(
  "the compiler and its linter have nothing to say of infra/",
  { timeout: 240_000 },
  () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ["infra/check-bicep.ts"], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/ 3 installations, 0 findings/);
    expect(status).toBe(0);
  },
);

// The tests in test/unit/infra, which need no compiler, stand on an expansion of our own: it must be the real one.
test.skipIf(engine === undefined).each(INSTALLATIONS)(
  "what our tests take %s for is what Azure's engine makes of it",
  (file) => {
    if (engine === undefined) return;
    const { resources } = takeSnapshot(engine, file);
    const ours = deploymentOf(file).instances.filter(({ isDeployed, isExisting }) => isDeployed && !isExisting);
    expect(tally(ours.map(({ type }) => type))).toEqual(tally(resources.map(({ type }) => type)));

    const known = resources.flatMap(body).filter(isKnown);
    const held = tally(ours.flatMap(({ type, body: read }) => body({ ...read(), type, name: "" })));
    const missing = [...tally(known)].filter(([value, count]) => (held.get(value) ?? 0) < count);
    expect(known.length).toBeGreaterThan(900);
    expect(missing).toEqual([]);
  },
);
