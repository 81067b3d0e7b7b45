import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { observedTrace, recordedTrace } from "./support/compare.ts";
import { EXCEPTIONS, PLAYED_ELSEWHERE } from "./support/exceptions.ts";
import { readScenario, scenarioNames } from "./support/recording.ts";
import { playScenario } from "./support/scenario-driver.ts";

for (const name of scenarioNames()) {
  const exception = EXCEPTIONS[name];
  if (name in PLAYED_ELSEWHERE) continue;
  if (exception === undefined) {
    test(`the recorded scenario ${name} runs as on the real host`, async () => {
      const scenario = readScenario(name);
      expect(observedTrace(await playScenario(scenario))).toEqual(recordedTrace(scenario));
    });
  } else {
    test(`the recorded scenario ${name} still differs: ${exception}`, async () => {
      const scenario = readScenario(name);
      const agrees = isDeepStrictEqual(observedTrace(await playScenario(scenario)), recordedTrace(scenario));
      expect(agrees, "it agrees with the real host now: take it off the list of exceptions").toBe(false);
    });
  }
}

test("every exception names a recorded scenario", () => {
  const names = scenarioNames();
  expect(names).toHaveLength(134);
  expect(
    [...Object.keys(EXCEPTIONS), ...Object.keys(PLAYED_ELSEWHERE)].filter((each) => !names.includes(each)),
  ).toEqual([]);
});

test("the README shows the same exceptions", () => {
  const readme = readFileSync(new URL("../../../infra/local/README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| `([\w-]+)` +\| (.*?) +\|$/gm)].map(([, name, reason]) => [name, reason]);
  expect(Object.fromEntries(rows)).toMatchObject(EXCEPTIONS);
  expect(rows.filter(([name]) => name !== undefined && scenarioNames().includes(name))).toHaveLength(
    Object.keys(EXCEPTIONS).length,
  );
});

const LOUD = {
  "activity-not-registered": "not registered",
  "sub-not-registered": "not registered",
  "orchestrator-throws-string": "not an Error",
};

for (const [name, text] of Object.entries(LOUD)) {
  test(`${name}: the instance fails with a text and a log line, where the real host hangs`, async () => {
    const run = await playScenario(readScenario(name));
    expect(run.finalStatus.body).toMatchObject({ runtimeStatus: "Failed" });
    expect(JSON.stringify(run.finalStatus.body)).toContain(text);
    expect(run.logs.join("\n")).toContain(text);
  });
}

test("an entity, callHttp and rewind fail at once and say that they are not supported locally", async () => {
  for (const name of ["entity-call-and-signal", "callhttp-200"]) {
    const { body } = (await playScenario(readScenario(name))).finalStatus;
    expect(body).toMatchObject({ runtimeStatus: "Failed" });
    expect(JSON.stringify(body)).toContain("not supported locally");
  }
  const { calls } = await playScenario(readScenario("rewind"));
  expect(JSON.stringify(calls.map(({ actual }) => actual))).toContain("not supported locally");
});
