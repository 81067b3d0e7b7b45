// The package that is deployed is installed without development dependencies: what the apps import must be among the others.
import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const ROOT = resolve(import.meta.dirname, "../../..");
const { dependencies } = z
  .looseObject({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")));

/** Packages that a source imports at run time: those of types alone leave nothing behind. */
function packagesOf(source: string): string[] {
  const imports = [
    ...source.matchAll(/^(?:import|export)(?! type)[^;]*?from "([^".][^"]*)"/gm),
    ...source.matchAll(/\bimport\("([^".][^"]*)"\)/g),
  ];
  return imports.flatMap(([, specifier = ""]) => {
    if (isBuiltin(specifier)) return [];
    const [scope, name] = specifier.split("/");
    return [specifier.startsWith("@") ? `${scope}/${name}` : (scope ?? "")];
  });
}

test("every package that the deployed code imports is a dependency of production, with an exact version", () => {
  const files = globSync(`${ROOT}/{functions,orchestrators,shared}/**/*.ts`);
  const used = new Set(files.flatMap((path) => packagesOf(readFileSync(path, "utf8"))));
  expect(used.size).toBeGreaterThan(15);
  expect([...used].filter((name) => dependencies[name] === undefined)).toEqual([]);
  for (const [name, version] of Object.entries(dependencies))
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});

test("an import of a development tool would be found, and one of types alone is none", () => {
  expect(packagesOf('import { test } from "vitest";\nawait import("azurite/dist");')).toEqual(["vitest", "azurite"]);
  expect(packagesOf('import type { Pool } from "pg";\nimport { join } from "node:path";\nimport "./x.ts";')).toEqual(
    [],
  );
});

test("the lock file holds the optional packages of every system: without one, `npm ci` refuses it", () => {
  const Locked = z.looseObject({ optionalDependencies: z.record(z.string(), z.string()).optional() });
  const { packages } = z
    .looseObject({ packages: z.record(z.string(), Locked) })
    .parse(JSON.parse(readFileSync(`${ROOT}/package-lock.json`, "utf8")));
  const held = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies));
  expect(wanted.length).toBeGreaterThan(50);
  expect(wanted.filter((name) => !held.has(name))).toEqual([]);
});
