import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { playbooksOf } from "../../../../shared/adapters/playbooks.ts";
import { AnomalyKind } from "../../../../shared/contracts/baseline.ts";
import type { Symptom } from "../../../../shared/contracts/taxonomy.ts";
import { digestOf, incidentIdOf, openedBy, receiptId } from "../../../../shared/core/alert-reading.ts";
import { readAnomaly } from "../../../../shared/core/alert-sources/pgmedic.ts";
import { tellsOfLoad } from "../../../../shared/core/folded-alerts.ts";
import { choosePlaybook } from "../../../../shared/core/playbook-choice.ts";
import { isAheadOfAlerts } from "../../../../shared/core/schedules.ts";
import { CAUSES } from "../../../../shared/investigation/causes/index.ts";
import { anAnomaly } from "../../../support/baselines.ts";
import { NOW } from "../../../support/incidents.ts";

const SYMPTOMS: Record<AnomalyKind, Symptom> = {
  latency: "latency",
  traffic_rise: "latency",
  traffic_fall: "errors",
  errors: "errors",
  deadlocks: "deadlocks",
  connections: "connections",
  cpu: "cpu",
  memory: "memory",
  storage: "storage",
  deployment: "latency",
  certificate: "expiry",
  credential: "expiry",
};
const playbooks = playbooksOf(undefined);
const read = (kind: AnomalyKind) =>
  readAnomaly({ serverId: "shop", anomaly: anAnomaly({ kind }), maxConnections: 200 }, "Fired");

test.each(AnomalyKind.options)("%s leads to a playbook made for it, and to causes that explain it", (kind) => {
  const playbook = choosePlaybook(playbooks, read(kind));
  expect(playbook?.symptom).toBe(SYMPTOMS[kind]);
  const explaining = CAUSES.filter(({ explains }) => explains.includes(SYMPTOMS[kind])).map(({ cause }) => cause);
  expect(playbook?.causes.some((cause) => explaining.includes(cause))).toBe(true);
});

test("what a deployment leaves is asked about", () => {
  expect(choosePlaybook(playbooks, read("deployment"))?.causes).toContain("deployment_regression");
});

test("what Azure has a metric for is told as that metric, so that both alerts are of one kind", () => {
  const rules = JSON.parse(readFileSync("infra/alert-rules.json", "utf8")) as { metricName: string }[];
  const deployed = new Set(rules.map(({ metricName }) => metricName));
  const metrics = AnomalyKind.options.flatMap((kind) => read(kind).metric ?? []);
  expect(metrics).toEqual(["deadlocks", "active_connections", "cpu_percent", "memory_percent", "storage_percent"]);
  expect(metrics.filter((metric) => !deployed.has(metric))).toEqual([]);
});

test("load is folded with other alerts of load, and nothing else is", () => {
  const load = AnomalyKind.options.filter((kind) => tellsOfLoad(read(kind)));
  expect(load).toEqual(["latency", "traffic_rise", "connections", "cpu", "deployment"]);
});

test("an anomaly is the same alert however often it is read, and another one when it comes back", () => {
  const [first, again] = [read("cpu"), read("cpu")];
  expect(receiptId(again)).toBe(receiptId(first));
  expect(incidentIdOf("shop", digestOf(again))).toBe(incidentIdOf("shop", digestOf(first)));
  const back = anAnomaly({ kind: "cpu", since: "2026-11-21T10:00:00.000Z" });
  expect(receiptId(readAnomaly({ serverId: "shop", anomaly: back, maxConnections: null }, "Fired"))).not.toBe(
    receiptId(first),
  );
  const elsewhere = readAnomaly({ serverId: "other", anomaly: anAnomaly(), maxConnections: null }, "Fired");
  expect(receiptId(elsewhere)).not.toBe(receiptId(first));
});

test("connections are told in Azure's unit, their count", () => {
  const anomaly = anAnomaly({ kind: "connections", value: 80, limit: 45 });
  expect(readAnomaly({ serverId: "shop", anomaly, maxConnections: 200 }, "Fired")).toMatchObject({
    value: 160,
    threshold: 90,
  });
  expect(readAnomaly({ serverId: "shop", anomaly, maxConnections: null }, "Fired")).toMatchObject({ value: null });
});

test("an incident that only the detection opened is ahead of alerts: a person decides", () => {
  const incident = openedBy(digestOf(read("latency")), "shop", NOW);
  expect(isAheadOfAlerts(incident)).toBe(true);
  expect(incident.timeline[0]?.text).toContain("latency above baseline fired: CPU 8 σ above");
});
