import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { startProcess, temporaryFolder, type Service } from "../../support/process.ts";

/** Kills after which the next start found unfinished orchestrations. */
const KILLS_IN_THE_MIDDLE = 20;
const MOST_KILLS = 60;
const Status = z.object({ instanceId: z.string(), name: z.string(), runtimeStatus: z.string(), output: z.unknown() });
type Status = z.infer<typeof Status>;

const api = (service: Service, path: string): string =>
  `http://127.0.0.1:${service.port}/runtime/webhooks/durabletask/${path}`;

async function list(service: Service): Promise<Status[]> {
  return z.array(Status).parse(await (await fetch(api(service, "instances?top=1000"))).json());
}

/** Sends again until the host has answered: a request that the kill cut off may or may not have counted. */
async function post(service: Service, path: string, body: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  await fetch(api(service, path), { method: "POST", headers, body }).catch(() => undefined);
}

/** Approves whoever does not have an answer yet; a second approval of the same instance changes nothing. */
async function approveAll(service: Service): Promise<void> {
  const waiting = (await list(service)).filter((each) => each.name === "journey" && each.runtimeStatus === "Running");
  for (const { instanceId } of waiting)
    await post(service, `instances/${instanceId}/raiseEvent/approve`, `"${instanceId}"`);
}

const expectedKeys = (index: number): string[] => [
  ...["0", "1", "2", "a", "b", "c", "retried", "child"].map((part) => `j${index}-${part}`),
  ...["0", "1", "2"].map((left) => `c${index}-${left}`),
];

test(`the host killed with -9 at ${KILLS_IN_THE_MIDDLE} random moments loses nothing and completes every orchestration`, async () => {
  const { path: folder, remove } = temporaryFolder();
  const marks = join(folder, "marks");
  writeFileSync(marks, "");
  const start = () =>
    startProcess("infra/local/host/main.ts", {
      PGMEDIC_HOST_PORT: "0",
      PGMEDIC_HOST_STATE: join(folder, "state"),
      PGMEDIC_HOST_ENTRY: "test/integration/host/support/kill-app.ts",
      MARKS_FILE: marks,
    });
  let foundUnfinished = 0;
  let kills = 0;
  let service = await start();
  while (foundUnfinished < KILLS_IN_THE_MIDDLE && kills < MOST_KILLS) {
    const work = startAndApprove(service, kills);
    await sleep(Math.random() * 250);
    await service.kill();
    await work;
    kills += 1;
    service = await start();
    if ((await list(service)).some((each) => each.runtimeStatus !== "Completed")) foundUnfinished += 1;
  }
  const last = service;
  for (let index = 0; index < kills; index += 1) await startInstances(last, index); // those that a kill cut off
  const done = await waitUntilDone(last);
  expect(await last.stop()).toBe(0);
  expect(foundUnfinished).toBe(KILLS_IN_THE_MIDDLE);
  const ran = readFileSync(marks, "utf8").matchAll(/^work (.*)$/gm);
  const runs = Map.groupBy(
    [...ran].map(([, key]) => key ?? ""),
    (key) => key,
  );
  const expected = Array.from({ length: kills }, (_, index) => expectedKeys(index)).flat();
  expect([...runs.keys()].toSorted()).toEqual(expected.toSorted());
  for (let index = 0; index < kills; index += 1) expect(outputOf(done, `j${index}`)).toEqual(journeyOutput(index));
  for (let index = 0; index < kills; index += 1) expect(outputOf(done, `c${index}`)).toBe("counted");
  // Only what was running at a kill may run again: at most ten activities each time.
  expect([...runs.values()].flat().length - expected.length).toBeLessThanOrEqual(kills * 10);
  remove();
});

const outputOf = (all: readonly Status[], id: string): unknown => all.find((each) => each.instanceId === id)?.output;

const journeyOutput = (index: number): unknown => ({
  seen: expectedKeys(index).filter((key) => key.startsWith("j")),
  approval: `j${index}`,
});

/** An id that exists is not started again: a completed one would be replaced. */
async function startInstances(service: Service, index: number): Promise<void> {
  const known = new Set((await list(service).catch(() => [])).map((each) => each.instanceId));
  if (!known.has(`j${index}`)) await post(service, `orchestrators/journey/j${index}`, "");
  if (!known.has(`c${index}`)) await post(service, `orchestrators/counter/c${index}`, '{"left":2}');
}

async function startAndApprove(service: Service, index: number): Promise<void> {
  await startInstances(service, index);
  await sleep(100);
  await approveAll(service).catch(() => undefined);
}

async function waitUntilDone(service: Service): Promise<Status[]> {
  for (let tries = 0; tries < 300; tries += 1) {
    const all = await list(service);
    if (all.every((each) => each.runtimeStatus === "Completed")) return all;
    await approveAll(service);
    await sleep(100);
  }
  const stuck = (await list(service)).filter((each) => each.runtimeStatus !== "Completed");
  throw new Error(`Not completed: ${JSON.stringify(stuck)}`);
}
