import { setImmediate as immediate } from "node:timers/promises";
import fx from "@azure/functions";
import * as df from "durable-functions";
import { afterEach, expect, test } from "vitest";
import { createManualClock, type ManualClock } from "../../../infra/local/host/clock.ts";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { startHost, type Host } from "../../../infra/local/host/host.ts";
import { temporaryFolder } from "../../support/process.ts";

const START_MS = Date.parse("2026-03-01T00:00:00Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const hosts: Host[] = [];

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

async function start(clock: ManualClock, register: () => void, stateFolder = ":memory:"): Promise<Host> {
  const app = await collectApp(register);
  const host = await startHost({ app, port: 0, stateFolder, clock, graceMs: 100, log: () => undefined });
  hosts.push(host);
  return host;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await immediate();
}

/** Lets time pass, with a stop at everything that is due on the way. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  const endMs = clock.now() + ms;
  await settle();
  for (let next = clock.nextWakeMs(); next !== undefined && next <= endMs; next = clock.nextWakeMs()) {
    clock.advanceTo(next);
    await settle();
  }
  clock.advanceTo(endMs);
}

const status = (host: Host, id: string) => host.engine.commands.instance(id);
const FIRE_TIME = /"FireAt":"([^"]+)"/g;
const timers = (host: Host, id: string): string[] =>
  [...JSON.stringify(host.engine.commands.history(id)).matchAll(FIRE_TIME)].map(([, time]) => time ?? "");

test("a timer of seven days is waited for in pieces of at most six and ends on time", async () => {
  const clock = createManualClock(START_MS);
  const host = await start(clock, () =>
    df.app.orchestration("week", function* (context) {
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 7 * DAY_MS));
      return context.df.currentUtcDateTime.toISOString();
    }),
  );
  host.engine.commands.start("week", null, "w");
  await pass(clock, 7 * DAY_MS - 1);
  expect(status(host, "w")?.status).toBe("Running");
  await pass(clock, 1);
  expect(status(host, "w")).toMatchObject({ status: "Completed", output: '"2026-03-08T00:00:00.000Z"' });
  expect([...new Set(timers(host, "w"))]).toEqual(["2026-03-04T00:00:00.000Z", "2026-03-08T00:00:00.000Z"]);
});

test("an approval on the fifth day wins over the deadline of the sixth, and a restart in between changes nothing", async () => {
  const { path: folder, remove } = temporaryFolder();
  const register = (): unknown =>
    df.app.orchestration("consent", function* (context) {
      const deadline = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 6 * DAY_MS));
      const approval = context.df.waitForExternalEvent("approval-1");
      const winner: unknown = yield context.df.Task.any([approval, deadline]);
      if (winner !== approval) return "expired";
      deadline.cancel();
      return approval.result;
    });
  const before = createManualClock(START_MS);
  const first = await start(before, register, folder);
  first.engine.commands.start("consent", null, "approved");
  first.engine.commands.start("consent", null, "forgotten");
  await pass(before, DAY_MS);
  await first.stop();
  hosts.splice(hosts.indexOf(first), 1);
  const after = createManualClock(START_MS + 4 * DAY_MS);
  const second = await start(after, register, folder);
  await pass(after, DAY_MS);
  second.engine.commands.raiseEvent("approved", "approval-1", '{"by":"dba"}');
  await pass(after, HOUR_MS);
  expect(status(second, "approved")).toMatchObject({ status: "Completed", output: '{"by":"dba"}' });
  await pass(after, DAY_MS);
  expect(status(second, "forgotten")).toMatchObject({ status: "Completed", output: '"expired"' });
  remove();
});

test("retries wait with their backoff up to its maximum, and stop at the number of attempts", async () => {
  const clock = createManualClock(START_MS);
  const triedAfterMs: number[] = [];
  const host = await start(clock, () => {
    df.app.activity("fails", {
      handler: () => {
        triedAfterMs.push(clock.now() - START_MS);
        throw new Error("still down");
      },
    });
    df.app.orchestration("stubborn", function* (context) {
      const retry = new df.RetryOptions(1000, 5);
      retry.backoffCoefficient = 2;
      retry.maxRetryIntervalInMilliseconds = 5000;
      return (yield context.df.callActivityWithRetry("fails", retry)) as unknown;
    });
  });
  host.engine.commands.start("stubborn", null, "s");
  await pass(clock, HOUR_MS);
  expect(triedAfterMs).toEqual([0, 1000, 3000, 7000, 12_000]);
  expect(status(host, "s")?.status).toBe("Failed");
  expect(status(host, "s")?.output).toContain("still down");
});

test("terminating a parent does not reach its child or its running activity", async () => {
  const clock = createManualClock(START_MS);
  let finished = 0;
  const host = await start(clock, () => {
    df.app.activity("long", {
      handler: async () => {
        await new Promise<void>((resolve) => clock.wakeAt(clock.now() + HOUR_MS, resolve));
        finished += 1;
      },
    });
    df.app.orchestration("child", function* (context) {
      yield context.df.callActivity("long");
      return "child done";
    });
    df.app.orchestration("parent", function* (context) {
      return (yield context.df.callSubOrchestrator("child", undefined, "the-child")) as unknown;
    });
  });
  host.engine.commands.start("parent", null, "p");
  await pass(clock, 1000);
  host.engine.commands.terminate("p", "enough");
  await pass(clock, 2 * HOUR_MS);
  expect(status(host, "p")).toMatchObject({ status: "Terminated", output: "enough" });
  expect(status(host, "the-child")).toMatchObject({ status: "Completed", output: '"child done"' });
  expect(finished).toBe(1);
});

test("changed code that asks for another child or timer fails the instance with the real host's words", async () => {
  const clock = createManualClock(START_MS);
  let changed = false;
  const host = await start(clock, () => {
    df.app.orchestration("one", function* (context) {
      yield context.df.waitForExternalEvent("never");
    });
    df.app.orchestration("two", function* (context) {
      yield context.df.waitForExternalEvent("never");
    });
    df.app.orchestration("calls", function* (context) {
      const child = context.df.callSubOrchestrator(
        changed ? "two" : "one",
        undefined,
        `${context.df.instanceId}-child`,
      );
      yield context.df.Task.any([child, context.df.waitForExternalEvent("go")]);
    });
    df.app.orchestration("waits", function* (context) {
      const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + DAY_MS));
      const event = context.df.waitForExternalEvent("go");
      yield context.df.Task.any(changed ? [event] : [timer, event]);
    });
  });
  host.engine.commands.start("calls", null, "c");
  host.engine.commands.start("waits", null, "w");
  await pass(clock, 1000);
  changed = true;
  host.engine.commands.raiseEvent("c", "go", "1");
  host.engine.commands.raiseEvent("w", "go", "1");
  await pass(clock, 1000);
  expect(status(host, "c")).toMatchObject({ status: "Failed" });
  expect(status(host, "c")?.output).toMatch(/^Non-Deterministic workflow detected: .*'one'.*'two'/);
  expect(status(host, "w")).toMatchObject({ status: "Failed" });
  expect(status(host, "w")?.output).toMatch(/^Non-Deterministic workflow detected: .*a timer task.*hasn't \(yet\?\)/);
});

test("of two events raised before the wait the first is served first", async () => {
  const clock = createManualClock(START_MS);
  const host = await start(clock, () =>
    df.app.orchestration("late", function* (context) {
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + HOUR_MS));
      const first: unknown = yield context.df.waitForExternalEvent("item");
      const second: unknown = yield context.df.waitForExternalEvent("item");
      return [first, second];
    }),
  );
  host.engine.commands.start("late", null, "l");
  await pass(clock, 1000);
  host.engine.commands.raiseEvent("l", "item", "1");
  host.engine.commands.raiseEvent("l", "item", "2");
  await pass(clock, HOUR_MS);
  expect(status(host, "l")).toMatchObject({ status: "Completed", output: "[1,2]" });
});

test("hundreds of orchestrations with children and events end within seconds", async () => {
  const app = await collectApp(() => {
    df.app.activity("twice", { handler: (n: number) => n * 2 });
    df.app.orchestration("inner", function* (context) {
      return (yield context.df.callActivity("twice", context.df.getInput())) as unknown;
    });
    df.app.orchestration("outer", function* (context) {
      const event: unknown = yield context.df.waitForExternalEvent("go");
      return [event, yield context.df.callSubOrchestrator("inner", event)] as unknown[];
    });
    fx.app.http("unused", { handler: () => ({}) });
  });
  const host = await startHost({ app, port: 0, stateFolder: ":memory:", log: () => undefined });
  hosts.push(host);
  const ids = Array.from({ length: 200 }, (_, index) => `o${index}`);
  for (const id of ids) host.engine.commands.start("outer", null, id);
  ids.forEach((id, index) => host.engine.commands.raiseEvent(id, "go", String(index)));
  const isOver = () => ids.every((id) => status(host, id)?.status === "Completed");
  for (let tries = 0; tries < 600 && !isOver(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(ids.map((id) => status(host, id)?.output)).toEqual(ids.map((_, index) => `[${index},${index * 2}]`));
});
