// Orchestration versioning: an instance keeps the version that it began with, and an older app leaves a later one's instances alone.
import { readFileSync } from "node:fs";
import * as df from "durable-functions";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { startHost, type Host } from "../../../infra/local/host/host.ts";
import { compareVersions } from "../../../infra/local/host/durable/versions.ts";
import { respondToAlertByVersion } from "../../../orchestrators/versions.ts";
import { temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
let host: Host | undefined;
afterEach(async () => {
  await host?.stop();
  host = undefined;
  folder.remove();
});

/** An app that says which version an instance has, once somebody asks. */
const tells = (): unknown =>
  df.app.orchestration("tells", function* (context) {
    yield context.df.waitForExternalEvent("asked");
    return context.df.version ?? "none";
  });

async function deploy(defaultVersion: string | undefined, register = tells): Promise<Host> {
  await host?.stop();
  const app = await collectApp(register);
  host = await startHost({
    app,
    port: 0,
    stateFolder: folder.path,
    graceMs: 500,
    log: () => undefined,
    defaultVersion,
  });
  return host;
}

const instance = (id: string) => host?.engine.commands.instance(id);
const ask = (id: string) => host?.engine.commands.raiseEvent(id, "asked", "null");
const answerOf = async (id: string): Promise<unknown> => {
  ask(id);
  await expect.poll(() => instance(id)?.status).toBe("Completed");
  return JSON.parse(instance(id)?.output ?? "null");
};

test("an instance keeps its version when a later app comes, and new ones get the later", async () => {
  const first = await deploy("1.0");
  first.engine.commands.start("tells", null, "old");
  await expect.poll(() => instance("old")?.status).toBe("Running");
  const second = await deploy("2.0");
  second.engine.commands.start("tells", null, "new");
  expect(await answerOf("old")).toBe("1.0");
  expect(await answerOf("new")).toBe("2.0");
});

test("an instance from before there were versions has none, and lives on", async () => {
  const first = await deploy(undefined);
  first.engine.commands.start("tells", null, "ancient");
  await expect.poll(() => instance("ancient")?.status).toBe("Running");
  await deploy("1.0");
  expect(await answerOf("ancient")).toBe("none");
});

test("an older app leaves an instance of a later one alone, and the later one finds what came meanwhile", async () => {
  const later = await deploy("1.10");
  later.engine.commands.start("tells", null, "waits");
  await expect.poll(() => instance("waits")?.status).toBe("Running");
  const older = await deploy("1.9");
  ask("waits");
  older.engine.commands.start("tells", null, "own");
  expect(await answerOf("own")).toBe("1.9");
  expect(instance("waits")?.status).toBe("Running");
  await deploy("1.10");
  await expect.poll(() => instance("waits")).toMatchObject({ status: "Completed", output: '"1.10"' });
});

test("a caller may start an instance of an earlier version", async () => {
  const { origin } = await deploy("2.0");
  const url = `${origin}/runtime/webhooks/durabletask/orchestrators/tells/asked-for?version=1.0`;
  expect((await fetch(url, { method: "POST" })).status).toBe(202);
  expect(await answerOf("asked-for")).toBe("1.0");
});

test("new runs get the newest version that the code knows, and one that it does not know fails loudly", async () => {
  const Settings = z.object({ extensions: z.object({ durableTask: z.object({ defaultVersion: z.string() }) }) });
  const file: unknown = JSON.parse(readFileSync(new URL("../../../host.json", import.meta.url), "utf8"));
  const { defaultVersion } = Settings.parse(file).extensions.durableTask;
  const source = readFileSync(new URL("../../../orchestrators/versions.ts", import.meta.url), "utf8");
  const known = [...source.matchAll(/^ {2}"(\d+\.\d+)": /gm)].map(([, version]) => version ?? "");
  expect(known.toSorted(compareVersions).at(-1)).toBe(defaultVersion);

  const unknown = await deploy("99.0", () => df.app.orchestration("respondToAlert", respondToAlertByVersion));
  unknown.engine.commands.start("respondToAlert", "{}", "stray");
  await expect.poll(() => instance("stray")?.status).toBe("Failed");
  expect(instance("stray")?.output).toContain("this build knows no version 99.0 of respondToAlert");
});

test("versions are ordered by their numbers, and none comes first", () => {
  expect(["1.10", "1.9", "2.0", "1.0.1", "1.0"].toSorted(compareVersions)).toEqual([
    "1.0",
    "1.0.1",
    "1.9",
    "1.10",
    "2.0",
  ]);
  const version = fc.oneof(
    fc.constant(null),
    fc.array(fc.nat(20), { minLength: 2, maxLength: 4 }).map((numbers) => numbers.join(".")),
  );
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      if (a !== null) expect(compareVersions(null, a)).toBeLessThan(0);
    }),
  );
});
