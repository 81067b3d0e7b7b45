import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { temporaryFolder } from "../../support/process.ts";

const readme = readFileSync("README.md", "utf8");
const commands = [...readme.matchAll(/```sh\n([^`]+)```/g)].flatMap(([, block]) => (block ?? "").trim().split("\n"));
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync("package.json", "utf8")));

/** Where each command of the README is run. */
const RUN_BY: Record<string, string> = {
  "npm start": "here",
  "npm run reset": "here",
  "npm start -- --demo": "test/integration/demo",
  "npm run demo": "test/everything.ts",
  "npm start -- --server postgres://user@host/db": "test/integration/path/own-server.test.ts",
  "npm test": "this run",
};

const folder = temporaryFolder();
chmodSync(folder.path, 0o711);
const state = join(folder.path, "state");
const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill("SIGTERM");
  folder.remove();
});

function npm(...args: string[]) {
  const ports = ["FRONT", "HOST", "POSTGRES", "COSMOS", "SERVICE_BUS", "MONITOR", "WORKLOAD"].map((name) => [
    `PGMEDIC_${name}_PORT`,
    "0",
  ]);
  const child = spawn("npm", args, {
    env: { ...process.env, ...Object.fromEntries(ports), PGMEDIC_STATE: state, PGMEDIC_SHOP_ORDERS: "300000" },
    detached: true,
  });
  running.push(child);
  const printed = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (printed.text += chunk.toString()));
  return { child, printed, ended: once(child, "exit").then(([code]) => code as number | null) };
}

test("every command of the README is run by a test, and every script that it names exists", () => {
  expect(commands.toSorted()).toEqual(Object.keys(RUN_BY).toSorted());
  for (const command of commands) {
    const name = /^npm (?:run )?([a-z:]+)/.exec(command)?.[1] ?? "";
    expect(Object.keys(scripts)).toContain(name);
  }
});

test("every file that the README and FEATURES.md name exists", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? "");
  const features = readFileSync("FEATURES.md", "utf8");
  const shown = [...features.matchAll(/`((?:test|shared|functions)\/[^`]+)`/g)].map(([, path]) => path ?? "");
  expect([...links, ...shown].filter((path) => !existsSync(path))).toEqual([]);
});

test("npm start brings everything up, Ctrl-C takes it down, and npm run reset forgets it", async () => {
  const start = npm("start");
  while (!start.printed.text.includes("PgMedic is ready")) {
    if (start.child.exitCode !== null) throw new Error(start.printed.text);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const dashboard = /http:\/\/localhost:\d+/.exec(start.printed.text)?.[0] ?? "";
  expect((await fetch(dashboard)).status).toBeLessThan(400);
  // A terminal's Ctrl-C reaches the whole foreground group.
  process.kill(-(start.child.pid ?? 0), "SIGINT");
  await start.ended;
  await expect(fetch(dashboard)).rejects.toThrow();
  expect(existsSync(state)).toBe(true);
  const reset = npm("run", "reset");
  expect(await reset.ended).toBe(0);
  expect(existsSync(state)).toBe(false);
});
