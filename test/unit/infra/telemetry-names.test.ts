// What the alert rules and the workbook look for is what PgMedic tells: under these names, with these keys.
import { describe, expect, test } from "vitest";
import { ARCHIVE } from "../../../functions/archive-audit.ts";
import { SILENCE } from "../../../functions/silence.ts";
import { SWEPT } from "../../../functions/sweep.ts";
import {
  ATTRIBUTE,
  DIMENSION,
  METRIC,
  spanOfMessage,
  spanOfRequest,
  spanOfStep,
} from "../../../functions/telemetry-names.ts";
import { MESSAGE_TYPES } from "../../../functions/telemetry.ts";
import { Settings } from "../../../functions/settings.ts";
import { ENDPOINTS } from "../../../functions/zones/api.ts";
import { spanOfStatement } from "../../../shared/adapters/postgres.ts";
import { FAILURE } from "../../../shared/adapters/telemetry-spans.ts";
import { roleOf } from "../../../shared/adapters/telemetry-export.ts";
import { ResolutionPath } from "../../../shared/contracts/outcome.ts";
import { type StepName, steps } from "../../../shared/contracts/steps.ts";
import { queriesOfRules, queriesOfWorkbook } from "../../support/deployed-queries.ts";
import { unknownNames, type Vocabulary } from "../../support/kusto-names.ts";

const zones = Settings.shape.PGMEDIC_APP.unwrap().options;
// The schema's keys are the steps' names; Object.keys forgets that.
const stepNames = Object.keys(steps) as StepName[];
const dimensionOf: ReadonlyMap<string, string> = new Map(Object.entries(DIMENSION));

const VOCABULARY: Vocabulary = {
  names: new Set([
    ...Object.values(METRIC),
    ...Object.values(ENDPOINTS).map(([method, route]) => spanOfRequest(method, route)),
    spanOfRequest("POST", "alerts"),
    ...MESSAGE_TYPES.map(spanOfMessage),
    ...stepNames.map(spanOfStep),
    spanOfStatement("activity"),
    ...zones.map(roleOf),
    // Values that spans and metrics carry, and the address at which the host itself sees an alert come in.
    "azure",
    "202",
    "401",
    "403",
    "done",
    "/api/alerts",
    ...ResolutionPath.options,
  ]),
  lines: new Set([`${SWEPT}: done`, `${SILENCE}: why`, `${ARCHIVE}: why`]),
  keys: new Set([...Object.values(ATTRIBUTE), FAILURE]),
  dimensions: new Map(Object.entries(METRIC).map(([what, name]) => [name, dimensionOf.get(what)])),
};

test.each([...queriesOfRules(), ...queriesOfWorkbook()])("$where asks for what is told", ({ text }) => {
  expect(unknownNames(text, VOCABULARY)).toEqual([]);
});

test("every promise has its rule: alerts, proposals, resolutions, roll-backs, dead letters, silence, the sweep and the steps", () => {
  const rules = queriesOfRules().map(({ text }) => text);
  const wanted = [
    spanOfRequest("POST", "alerts"),
    METRIC.timeToProposal,
    METRIC.timeToResolve,
    METRIC.rollBacks,
    METRIC.deadLetters,
    SILENCE,
    SWEPT,
    spanOfStep("close").split(" ")[0],
  ];
  expect(wanted.filter((name) => !rules.some((text) => text.includes(`'${name}`)))).toEqual([]);
});

test("every metric is shown or watched", () => {
  const texts = [...queriesOfRules(), ...queriesOfWorkbook()].map(({ text }) => text);
  const unseen = Object.values(METRIC).filter((name) => !texts.some((text) => text.includes(`'${name}'`)));
  expect(unseen).toEqual([]);
});

describe("a rename is found", () => {
  const queries = [...queriesOfRules(), ...queriesOfWorkbook()].map(({ text }) => text);
  const problems = (vocabulary: Vocabulary): string[] => queries.flatMap((text) => unknownNames(text, vocabulary));
  const without = (isGone: (name: string) => boolean): Vocabulary => ({
    ...VOCABULARY,
    names: new Set([...VOCABULARY.names].filter((name) => !isGone(name))),
  });

  test.each([
    ["a metric", METRIC.timeToProposal],
    ["a counter", METRIC.deadLetters],
    ["the alerts' route", spanOfRequest("POST", "alerts")],
    ["an app", roleOf("api")],
    ["a path", "autonomous"],
  ])("of %s: %s", (_, name) => {
    expect(problems(without((known) => known === name))).not.toEqual([]);
  });

  test.each(["step ", "receive ", "sql "])("of the spans that begin with %s", (prefix) => {
    expect(problems(without((known) => known.startsWith(prefix)))).toContain(prefix);
  });

  test.each([SWEPT, SILENCE])("of the lines that begin with %s", (prefix) => {
    const lines = new Set([...VOCABULARY.lines].filter((line) => !line.startsWith(prefix)));
    expect(problems({ ...VOCABULARY, lines })).toContain(prefix);
  });

  test("of a span's attribute and of a metric's dimension", () => {
    const keys = new Set([...VOCABULARY.keys].filter((key) => key !== ATTRIBUTE.source));
    expect(problems({ ...VOCABULARY, keys })).toContain(`key ${ATTRIBUTE.source}`);
    const dimensions = new Map([...VOCABULARY.dimensions, [METRIC.timeToResolve, "way"] as const]);
    expect(problems({ ...VOCABULARY, dimensions })).toContain("key path");
  });
});
