import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { type App, collectApp } from "../../infra/local/host/functions-core.ts";
import { register } from "../../functions/zones/runner.ts";
import { decisionEvent, steps } from "../../shared/contracts/steps.ts";
import { everyHistory } from "./support/stored.ts";

// A name that nobody registered hangs an instance for ever, without an error.
let app: App;
beforeAll(async () => {
  app = await collectApp(register);
});

const ORCHESTRATORS = new URL("../../orchestrators/", import.meta.url);
const sources = (): string =>
  readdirSync(ORCHESTRATORS)
    .map((name) => readFileSync(new URL(name, ORCHESTRATORS), "utf8"))
    .join("\n");
const registered = (trigger: string): string[] =>
  [...app.functions.values()]
    .filter(({ bindings }) => Object.values(bindings).some(({ type }) => type === trigger))
    .map(({ name }) => name)
    .toSorted();
const asked = () => everyHistory().flatMap(({ actions }) => actions);

test("every step is registered as an activity, and nothing else is", () => {
  expect(registered("activityTrigger")).toEqual(Object.keys(steps).toSorted());
});

test("every name that the orchestrators call is a step, and every step is called", () => {
  const called = new Set([...sources().matchAll(/step\(ctx, "(\w+)"/g)].map(([, name = ""]) => name));
  expect([...called].toSorted()).toEqual(Object.keys(steps).toSorted());
  expect(sources().match(/callActivity\w*\(|callSubOrchestrator\w*\(/g)).toEqual(["callActivityWithRetry("]);
});

test("every function that a history asks for is registered, and together they ask for all", () => {
  const names = new Set(asked().flatMap((action) => ("functionName" in action ? [action.functionName] : [])));
  expect([...names].toSorted()).toEqual(registered("activityTrigger"));
});

test("the run that a message starts is registered under that name", () => {
  expect(registered("orchestrationTrigger")).toEqual(["respondToAlert"]);
});

test("every round waits for an event of its own, with a name that is safe in a URL", () => {
  const names = Array.from({ length: 9 }, (_, before) => decisionEvent(before + 1));
  expect(new Set(names).size).toBe(9);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
});

test("in every history no event name is waited for twice, and each is one of a round", () => {
  const known = Array.from({ length: 9 }, (_, before) => decisionEvent(before + 1));
  for (const { scenario, actions } of everyHistory()) {
    const waits = actions.flatMap((action) => ("compoundActions" in action ? action.compoundActions : [action]));
    const names = waits.flatMap((action) => ("externalEventName" in action ? [action.externalEventName] : []));
    // One wait goes on over several timers: it is the same wait.
    const rounds = names.filter((name, at) => name !== names[at - 1]);
    expect(new Set(rounds).size, scenario).toBe(rounds.length);
    expect(known).toEqual(expect.arrayContaining(rounds));
  }
});

test("steps are given less than 16 KB, and a reason is one line for people", () => {
  for (const { scenario, actions } of everyHistory()) {
    for (const action of actions) {
      if (!("input" in action)) continue;
      const text = JSON.stringify(action.input) ?? "";
      expect(text.length, scenario).toBeLessThan(16_384);
      expect(text, scenario).not.toMatch(/\\n|\$type|StackTrace/);
    }
  }
});
