// `npm run infra:check` where Bicep is installed: a stand-in for the compiler says what it has to say.
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../../support/process.ts";

const folders: { remove: () => void }[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** Runs the check with a `bicep` on the PATH that prints a line for the files whose name holds `about`. */
function check(about: string, line: string) {
  const folder = temporaryFolder();
  folders.push(folder);
  const compiler = join(folder.path, "bicep");
  writeFileSync(compiler, `#!/bin/sh\ncase "$*" in *${about}*) echo "${line}" >&2 ;; esac\nexit 0\n`);
  chmodSync(compiler, 0o755);
  const path = `${folder.path}${delimiter}${process.env["PATH"]}`;
  return spawnSync(process.execPath, ["infra/check-bicep.ts"], {
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
}

test("a compiler that says nothing lets the check pass", () => {
  const { status, stdout } = check("no-such-file", "unused");
  expect(stdout).toMatch(/bicep: \d+ files, 0 findings/);
  expect(status).toBe(0);
});

test("a single warning fails the check and is shown", () => {
  const { status, stdout, stderr } = check("budget.bicep", "budget.bicep(3,7) : Warning BCP037: no such property");
  expect(stderr).toContain("BCP037");
  expect(stdout).toContain("1 findings");
  expect(status).toBe(1);
});
