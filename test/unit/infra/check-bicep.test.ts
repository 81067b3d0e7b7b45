// `npm run infra:check` where Bicep is installed: a stand-in for the compiler says what it has to say. The real one: test/integration/infra.
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../../support/process.ts";

const folders: { remove: () => void }[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

type Says = { lint?: string; template?: string; unexpanded?: string[] };

/** Runs the check with a `bicep` on the PATH that finds what it is told to find. */
function check({ lint = "", template = "{}", unexpanded = [] }: Says) {
  const folder = temporaryFolder();
  folders.push(folder);
  const compiler = join(folder.path, "bicep");
  const snapshot = JSON.stringify({ predictedResources: [], diagnostics: unexpanded });
  const lines = [
    "#!/bin/sh",
    'case "$1" in',
    `lint) [ -z '${lint}' ] || { echo '${lint}' >&2; exit 1; } ;;`,
    `build-params) echo '${template}' ;;`,
    `snapshot) echo '${snapshot}' > "\${2%.bicepparam}.snapshot.json" ;;`,
    "esac",
  ];
  writeFileSync(compiler, `${lines.join("\n")}\n`);
  chmodSync(compiler, 0o755);
  const path = `${folder.path}${delimiter}${process.env["PATH"]}`;
  return spawnSync(process.execPath, ["infra/check-bicep.ts"], {
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
}

test("a compiler that says nothing lets the check pass", () => {
  const { status, stdout } = check({});
  expect(stdout).toMatch(/bicep: 3 installations, 0 findings/);
  expect(status).toBe(0);
});

test("a single warning fails the check and is shown", () => {
  const { status, stdout, stderr } = check({ lint: "main.bicep(3,7) : Warning BCP037: no such property" });
  expect(stderr).toContain("BCP037");
  expect(stdout).toContain("1 findings");
  expect(status).toBe(1);
});

test("what a what-if could not show fails the check", () => {
  const { status, stderr } = check({ unexpanded: ["Warning NestedDeploymentShortCircuited: the demo"] });
  expect(stderr).toContain("NestedDeploymentShortCircuited");
  expect(status).toBe(1);
});

test("words of a compiled template are no finding", () => {
  expect(check({ template: '{"text": "Error rate: high"}' }).status).toBe(0);
});
