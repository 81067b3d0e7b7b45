// What `npm run demo` does when the story does not come to its end; that it does is a part of `npm test` of its own.
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { isAlive } from "../../../infra/local/postgres/orphan.ts";
import { type Command, runCommand } from "../../support/command.ts";
import { temporaryFolder } from "../../support/process.ts";

const RunFile = z.object({ children: z.record(z.string(), z.object({ pid: z.number() })) });
let folder: ReturnType<typeof temporaryFolder>;
let demo: Command;

beforeEach(() => {
  folder = temporaryFolder();
  chmodSync(folder.path, 0o711);
});
afterEach(async () => {
  await demo.end();
  folder.remove();
});

/** Starts the demo with a temporary folder of the test's own, and tells which processes it has once the cloud is there. */
async function play(environment: Record<string, string> = {}): Promise<number[]> {
  demo = runCommand("demo/play.ts", [], { TMPDIR: folder.path, ...environment });
  await demo.prints(/local cloud ready/);
  const [state = ""] = readdirSync(folder.path).filter((name) => name.startsWith("pgmedic-cloud-"));
  const { children } = RunFile.parse(JSON.parse(readFileSync(join(folder.path, state, "state/run.json"), "utf8")));
  const postmaster = readFileSync(join(folder.path, state, "state/postgres/postmaster.pid"), "utf8").split("\n")[0];
  return [...Object.values(children).map(({ pid }) => pid), Number(postmaster)];
}

test("a beat that does not happen is named with the reason, and nothing is left behind", async () => {
  const pids = await play({ PGMEDIC_KILL_SWITCH: "on" });
  expect(await demo.ended).toBe(1);
  expect(demo.output()).toMatch(/NOT SEEN · 4 · The proposal: .*handedOff.*the kill switch is on/);
  expect(demo.output()).not.toContain("All seven beats");
  expect(pids.filter(isAlive)).toEqual([]);
  expect(readdirSync(folder.path)).toEqual([]);
});

test("Ctrl-C stops it in the middle of a beat, and nothing is left behind", async () => {
  const pids = await play();
  await demo.prints(/2 · The shop hammers/);
  demo.signal("SIGINT");
  expect(await demo.ended).toBe(1);
  expect(demo.output()).toContain("The demo was broken off.");
  expect(pids.filter(isAlive)).toEqual([]);
  expect(readdirSync(folder.path)).toEqual([]);
});
