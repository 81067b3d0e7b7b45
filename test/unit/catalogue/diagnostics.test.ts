import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { playbooksOf, readPlaybook } from "../../../shared/adapters/playbooks.ts";
import { DIAGNOSTIC_NAMES } from "../../../shared/catalogue/diagnostic-names.ts";
import { GATEWAY, KNOWN } from "../../../shared/catalogue/gateway.ts";
import { nextActionsFor } from "../../../shared/catalogue/next-actions.ts";
import { LogFindingKind } from "../../../shared/contracts/log-triage.ts";
import { Cause } from "../../../shared/contracts/taxonomy.ts";
import { choosePlaybook } from "../../../shared/core/playbook-choice.ts";
import { nextActions } from "../../../shared/logs/next-actions.ts";

const FOLDER = "shared/catalogue/diagnostics";
const files = readdirSync(FOLDER).map((name) => name.replace(/\.ts$/, ""));
const textOf = (file: string): string => readFileSync(`${FOLDER}/${file}.ts`, "utf8");
const alertRules = JSON.parse(readFileSync("infra/alert-rules.json", "utf8")) as { name: string; metricName: string }[];
const playbooks = playbooksOf(undefined);

test.each(files)("%s says what it finds, what it needs, what it risks and how much it answers", (file) => {
  const text = textOf(file);
  expect(text).toContain(`name: "${file}"`);
  expect(text).toMatch(/finds: "[a-z].{9,}"/i);
  expect(text).toMatch(/needs: "(nothing|pg_monitor|select)"/);
  expect(text).toMatch(/mostRows: (\d+|null)/);
  // What reads the rows of a user's own table is bounded in risk, not free of it.
  const readsTables = /tablesample/.test(text);
  expect(/risk: "bounded"/.test(text)).toBe(readsTables);
  expect(GATEWAY.get(file)?.risk ?? (readsTables ? "bounded" : "free")).toBe(readsTables ? "bounded" : "free");
});

test("a playbook may name each of them, and nothing else", () => {
  expect([...DIAGNOSTIC_NAMES].toSorted()).toEqual(files.toSorted());
});

test("no diagnostic changes anything", () => {
  for (const file of files)
    expect(textOf(file), file).not.toMatch(
      /\b(insert into|update \w+ set|delete from|alter (table|role|system)|create (index|table)|drop |truncate|pg_terminate_backend|pg_cancel_backend|set_config)\b/i,
    );
});

test("the gateway runs only what is a diagnostic", () => {
  expect([...GATEWAY.keys()].filter((name) => !files.includes(name))).toEqual([]);
});

test("whatever may be looked at next is something that the gateway runs", () => {
  const suggested = [
    ...[null, ...Cause.options].flatMap((cause) => nextActionsFor(cause)),
    ...LogFindingKind.options.flatMap((kind) => nextActions(kind)),
  ];
  const unknown = suggested.filter(({ actionId }) => actionId !== "prompt_user" && !KNOWN.has(actionId));
  expect(unknown).toEqual([]);
});

test("every alert rule that is deployed has a playbook made for it, not the general one", () => {
  for (const { name, metricName } of alertRules)
    expect(choosePlaybook(playbooks, { metric: metricName, rule: name })?.name, name).not.toBe("generalMonitoring");
});

test("an alert without a metric is answered by the words of its rule, any other by the general playbook", () => {
  const chosen = (rule: string) => choosePlaybook(playbooks, { metric: null, rule })?.name;
  expect(chosen("Deadlocks on prod")).toBe("investigateDeadlocks");
  expect(chosen("CPU very high")).toBe("investigateHighCPU");
  expect(chosen("run investigateBloat now")).toBe("investigateBloat");
  expect(chosen("Something odd")).toBe("generalMonitoring");
});

test("a playbook names diagnostics, causes and playbooks that there are", () => {
  for (const { name, diagnostics, drillDown } of playbooks.values()) {
    expect(
      diagnostics.filter((one) => !files.includes(one)),
      name,
    ).toEqual([]);
    expect(
      drillDown.map(({ playbook }) => playbook).filter((one) => !playbooks.has(one)),
      name,
    ).toEqual([]);
  }
});

test("the playbooks that people know by name are there", () => {
  for (const name of [
    "generalMonitoring",
    "investigateHighCPU",
    "investigateLowMemory",
    "investigateHighConnectionCount",
    "tuneSettings",
    "dailySummary",
  ])
    expect([...playbooks.keys()]).toContain(name);
});

test("a file that is no playbook is told with its name and each field that is wrong", () => {
  const read = readPlaybook("mine.yaml", "name: Mine\ntitle: x\ncauses: [gremlins]\n");
  expect(read).toMatchObject({ ok: false });
  const problem = read.ok ? "" : read.problem;
  expect(problem).toContain("mine.yaml");
  for (const field of ["name", "title", "causes.0", "symptom", "diagnostics"]) expect(problem).toContain(field);
  expect(readPlaybook("mine.yaml", "a: [").ok).toBe(false);
});
