import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { playbooksOf } from "../../../shared/adapters/playbooks.ts";
import { DIAGNOSTIC_NAMES } from "../../../shared/catalogue/diagnostic-names.ts";
import type { Playbook } from "../../../shared/contracts/playbook.ts";
import { choosePlaybook, FALLBACK } from "../../../shared/core/playbook-choice.ts";
import { judgeChange, type Surroundings } from "../../../shared/core/playbook-rules.ts";

const brought = playbooksOf(undefined);
const around = (wish: Partial<Surroundings> = {}): Surroundings => ({
  before: brought,
  brought,
  diagnostics: DIAGNOSTIC_NAMES,
  schedules: [],
  ...wish,
});
const own = (name: string): Playbook => {
  const playbook = brought.get(name);
  if (playbook === undefined) throw new Error(`there is no playbook ${name}`);
  return playbook;
};
const aPlaybook = (wish: Partial<Playbook> = {}): Playbook => ({
  name: "checkoutIsSlow",
  title: "The checkout is slow",
  description: "What the checkout waits for.",
  alerts: { metrics: [], ruleWords: ["checkout"] },
  symptom: "latency",
  diagnostics: ["activity"],
  causes: ["missing_index"],
  drillDown: [{ when: "unexplained", playbook: "generalMonitoring" }],
  ...wish,
});
const errorsOf = (playbook: Playbook, name = playbook.name, given = around()) =>
  judgeChange({ name, playbook }, given).errors;
const withNew = (playbook: Playbook): Surroundings => around({ before: new Map(brought).set(playbook.name, playbook) });

test.each([...brought.keys()])("%s, which PgMedic brings, may be saved as it is", (name) => {
  expect(errorsOf(own(name))).toEqual([]);
});

test("a playbook of one's own that claims what nobody else does has nothing against it", () => {
  expect(judgeChange({ name: "checkoutIsSlow", playbook: aPlaybook() }, around())).toEqual({
    errors: [],
    warnings: [],
  });
});

describe("each error names the field and what to do", () => {
  test.each<[string, Partial<Playbook>, string, RegExp]>([
    [
      "a diagnostic that there is not",
      { diagnostics: ["activity", "weather"] },
      "diagnostics.1",
      /"weather"; there are: activity, /,
    ],
    [
      "a drill-down to nowhere",
      { drillDown: [{ when: "unexplained", playbook: "nowhere" }] },
      "drillDown.0.playbook",
      /no playbook "nowhere"; there are:/,
    ],
    [
      "a drill-down to itself",
      { drillDown: [{ when: "unexplained", playbook: "checkoutIsSlow" }] },
      "drillDown.0.playbook",
      /name another/,
    ],
    [
      "a word that no rule's name can have",
      { alerts: { metrics: [], ruleWords: ["Checkout"] } },
      "alerts.ruleWords.0",
      /write "checkout"/,
    ],
    ["a name that is an address of the API", { name: "validate" }, "name", /take another name/],
    ["a name that differs only in capitals", { name: "dailysummary" }, "name", /dailySummary differs only in capitals/],
  ])("%s", (_what, wish, path, message) => {
    const errors = errorsOf(aPlaybook(wish));
    expect(errors).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  test("a text that names itself otherwise", () => {
    expect(errorsOf(aPlaybook(), "investigateCheckout")).toEqual([
      { path: "name", message: expect.stringMatching(/the name stays investigateCheckout/) },
    ]);
  });
});

test("an alert type does not lose its last playbook, and may be given to another one", () => {
  const cpu = own("investigateHighCPU");
  const without = { ...cpu, alerts: { ...cpu.alerts, metrics: ["cpu_credits_consumed", "cpu_credits_remaining"] } };
  expect(errorsOf(without).map(({ message }) => message)).toEqual([
    expect.stringContaining("alerts of the metric cpu_percent"),
    expect.stringContaining("alerts of the metric postmaster_process_cpu_usage_percent"),
  ]);
  const given = aPlaybook({ alerts: { metrics: ["cpu_percent", "postmaster_*"], ruleWords: [] } });
  expect(errorsOf(without, without.name, withNew(given))).toEqual([]);
});

test("a playbook that another one or a schedule leads to is not taken away", () => {
  const goal = aPlaybook();
  const pointing = aPlaybook({
    name: "cartIsSlow",
    alerts: { metrics: [], ruleWords: ["shopping cart"] },
    drillDown: [{ when: "unexplained", playbook: goal.name }],
  });
  const before = new Map(brought).set(goal.name, goal).set(pointing.name, pointing);
  const schedules = [{ scheduleId: "daily", serverId: "shop", playbook: goal.name }];
  const { errors } = judgeChange({ name: goal.name, playbook: null }, around({ before, schedules }));
  expect(errors).toEqual([
    { path: "name", message: "cartIsSlow leads to it (drillDown): change that first" },
    { path: "name", message: "a schedule of shop runs it (daily): remove that first" },
  ]);
  expect(judgeChange({ name: pointing.name, playbook: null }, around({ before, schedules })).errors).toEqual([]);
});

test("what two playbooks claim is said with who answers, and refuses nothing", () => {
  const rival = aPlaybook({ name: "aRival", alerts: { metrics: ["CPU_*"], ruleWords: ["cpu"] } });
  const { errors, warnings } = judgeChange({ name: "aRival", playbook: rival }, around());
  expect(errors).toEqual([]);
  expect(warnings).toEqual([
    { path: "alerts.metrics.0", message: "investigateHighCPU claims it too; aRival answers" },
    { path: "alerts.ruleWords.0", message: "investigateHighCPU claims it too; aRival answers" },
  ]);
});

test("a name that is a word of rules is said to take their alerts", () => {
  const { errors, warnings } = judgeChange({ name: "cpu", playbook: aPlaybook({ name: "cpu" }) }, around());
  expect(errors).toEqual([]);
  expect(warnings).toContainEqual({ path: "name", message: expect.stringContaining("not to investigateHighCPU") });
});

test("a cause that nobody would find any more, and a drill-down that never comes, are said", () => {
  const before = new Map([["generalMonitoring", own("generalMonitoring")]]);
  const causes = own("generalMonitoring").causes.filter((cause) => cause !== "toast_width");
  const playbook = { ...own("generalMonitoring"), causes, drillDown: [] };
  const { warnings } = judgeChange({ name: playbook.name, playbook }, around({ before }));
  expect(warnings).toEqual([{ path: "causes", message: "no playbook would conclude toast_width any more" }]);
  const never = aPlaybook({ drillDown: [{ when: "replica_lag", playbook: "investigateReplication" }] });
  expect(judgeChange({ name: never.name, playbook: never }, around()).warnings).toEqual([
    { path: "drillDown.0.when", message: expect.stringContaining("never concludes replica_lag") },
  ]);
});

test("whatever change is allowed, every alert that a playbook was made for is answered by one, and no drill-down leads nowhere", () => {
  const names = [...brought.keys()];
  const metrics = [...brought.values()].flatMap(({ alerts }) => alerts.metrics);
  const words = [...brought.values()].flatMap(({ alerts }) => alerts.ruleWords);
  const change = fc.record({
    name: fc.constantFrom(...names, "checkoutIsSlow"),
    gone: fc.boolean(),
    metrics: fc.subarray(metrics),
    ruleWords: fc.subarray(words),
    target: fc.constantFrom(...names, "checkoutIsSlow"),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      let playbooks: ReadonlyMap<string, Playbook> = brought;
      for (const { name, gone, target, ...alerts } of changes) {
        const playbook = gone
          ? null
          : aPlaybook({ name, alerts, drillDown: [{ when: "unexplained", playbook: target }] });
        if (judgeChange({ name, playbook }, around({ before: playbooks })).errors.length > 0) continue;
        const next = new Map(playbooks);
        if (playbook === null) next.delete(name);
        else next.set(name, playbook);
        playbooks = next;
      }
      for (const { alerts, name } of brought.values()) {
        if (name === FALLBACK) continue;
        for (const metric of alerts.metrics)
          expect(choosePlaybook(playbooks, { metric: metric.replace(/\*$/, ""), rule: "" })?.name).not.toBe(FALLBACK);
        for (const rule of alerts.ruleWords)
          expect(choosePlaybook(playbooks, { metric: null, rule })?.name).not.toBe(FALLBACK);
      }
      for (const { drillDown } of playbooks.values())
        for (const { playbook } of drillDown) expect(playbooks.has(playbook)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
