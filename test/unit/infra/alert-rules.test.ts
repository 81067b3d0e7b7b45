// The alert rules exist once: what Bicep deploys, what the local monitor evaluates and what PgMedic reads are the same.
import { expect, test } from "vitest";
import { SILENCE } from "../../../functions/silence.ts";
import { SWEPT } from "../../../functions/sweep.ts";
import { alertRules, minutesOf } from "../../../infra/local/monitor/rules.ts";
import { CommonAlert } from "../../../shared/contracts/alert.ts";
import { deploymentOf } from "../../support/bicep/installation.ts";
import { isPlainObject } from "../../support/bicep/values.ts";
import { propertyOf } from "../../support/bicep/rules.ts";
import type { Instance } from "../../support/bicep/stage.ts";
import { EVERY_KIND } from "../../support/every-alert.ts";

const SERVER = {
  resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/orders",
  region: "westeurope",
  maxConnections: 200,
  hasActivityMetrics: true,
  mayChangeParameters: false,
  mayScale: false,
  reach: "network",
};
/** Azure measures these by itself: the documentation's list of metrics that are on by default. */
const ON_BY_DEFAULT = new Set(
  (
    "active_connections backup_storage_used connections_failed connections_succeeded cpu_credits_consumed cpu_credits_remaining " +
    "cpu_percent database_size_bytes disk_queue_depth iops maximum_used_transactionIDs memory_percent network_bytes_egress " +
    "network_bytes_ingress read_iops read_throughput storage_free storage_percent storage_used txlogs_storage_used write_throughput " +
    "write_iops is_db_alive max_connections logical_replication_delay_in_bytes physical_replication_delay_in_bytes " +
    "physical_replication_delay_in_seconds disk_bandwidth_consumed_percentage disk_iops_consumed_percentage"
  ).split(" "),
);

const alertsOn = (server: object): Instance[] =>
  deploymentOf("main.prod.bicepparam", { watchedServers: [server] }).instances.filter(
    ({ symbol }) => symbol === "alerts",
  );

function criterionOf(alert: Instance): Record<string, unknown> {
  const all = propertyOf(alert, "criteria.allOf");
  const [only]: unknown[] = Array.isArray(all) ? all : [];
  if (!isPlainObject(only)) throw new Error(`${alert.id} has no criterion`);
  return only;
}

test("every rule becomes one alert of every watched server, with the rule's own figures", () => {
  const alerts = alertsOn(SERVER);
  expect(alerts).toHaveLength(alertRules.length);
  for (const [at, rule] of alertRules.entries()) {
    const alert = alerts[at];
    if (alert === undefined) throw new Error(`${rule.name} is not deployed`);
    expect(alert.name).toBe(`${rule.name}-orders`);
    expect(propertyOf(alert, "scopes")).toEqual([SERVER.resourceId]);
    expect(propertyOf(alert, "windowSize")).toBe(rule.windowSize);
    expect(propertyOf(alert, "evaluationFrequency")).toBe(rule.evaluationFrequency);
    expect(propertyOf(alert, "severity")).toBe(rule.severity);
    expect(propertyOf(alert, "autoMitigate")).toBe(true);
    expect(criterionOf(alert)).toMatchObject({
      metricName: rule.metricName,
      operator: rule.operator,
      timeAggregation: rule.timeAggregation,
      threshold: rule.threshold ?? 160,
    });
  }
});

test("a rule on a metric that is off by default is deployed only where the server collects it", () => {
  const without = alertsOn({ ...SERVER, hasActivityMetrics: false }).map((alert) => criterionOf(alert)["metricName"]);
  const expected = alertRules.map(({ metricName }) => metricName).filter((name) => ON_BY_DEFAULT.has(name));
  expect(without).toEqual(expected);
  expect(alertRules.length).toBeGreaterThan(expected.length);
});

test("thresholds are shares, or figures that mean the same on a server of any size", () => {
  const sizeless = /percent|alive|failed|transactionIDs|deadlocks|_sec$/;
  for (const { name, metricName, thresholdPercentOf } of alertRules)
    expect(thresholdPercentOf !== undefined || sizeless.test(metricName), name).toBe(true);
});

test("the rules on transaction ids fire before the server stops at 2^31", () => {
  const thresholds = alertRules.filter(({ metricName }) => metricName === "maximum_used_transactionIDs");
  expect(thresholds).toHaveLength(2);
  for (const { threshold = Infinity } of thresholds) expect(threshold).toBeLessThan(2 ** 31 - 2 ** 28);
});

test("a window is at least as long as the time between two evaluations, and names are unique", () => {
  for (const { name, windowSize, evaluationFrequency } of alertRules)
    expect(minutesOf(windowSize), name).toBeGreaterThanOrEqual(minutesOf(evaluationFrequency));
  expect(new Set(alertRules.map(({ name }) => name)).size).toBe(alertRules.length);
});

test("what the deployed rules send is what PgMedic reads", () => {
  const { data } = CommonAlert.parse(EVERY_KIND["metric"]);
  const sample = { namespace: "microsoft.dbforpostgresql/flexibleservers", text: JSON.stringify(data).toLowerCase() };
  expect(sample.text).toContain(sample.namespace);
  for (const alert of alertsOn(SERVER)) {
    const criterion = criterionOf(alert);
    expect(String(criterion["metricNamespace"]).toLowerCase()).toBe(sample.namespace);
    expect(propertyOf(alert, "criteria.odata.type")).toBeUndefined();
    expect(JSON.stringify(alert.body())).toContain("SingleResourceMultipleMetricCriteria");
  }
});

test("alerts go to the ingest app by the secure webhook, in the common schema", () => {
  const { instances } = deploymentOf("main.prod.bicepparam");
  const [group] = instances.filter(({ symbol }) => symbol === "toPgMedic");
  if (group === undefined) throw new Error("there is no action group");
  expect(propertyOf(group, "webhookReceivers")).toMatchObject([{ useAadAuth: true, useCommonAlertSchema: true }]);
  const [people] = instances.filter(({ symbol }) => symbol === "toPeople");
  if (people === undefined) throw new Error("nobody is paged");
  expect(propertyOf(people, "webhookReceivers")).toBeUndefined();
});

test("the hourly sign of life goes through PgMedic, and people are told when it is missing", () => {
  const { instances } = deploymentOf("main.prod.bicepparam");
  const groupsOf = (wanted: string): string =>
    JSON.stringify(
      instances.filter(({ name }) => String(name).endsWith(wanted)).map((rule) => propertyOf(rule, "actions")),
    );
  expect(groupsOf("-sign-of-life")).toContain("-alerts");
  expect(groupsOf("-silence")).toContain("-people");
  expect(groupsOf("-sign-of-life-lost")).toContain("-people");
  // What the code writes and what the rule looks for are the same words.
  const [lost] = instances.filter(({ name }) => String(name).endsWith("-sign-of-life-lost"));
  expect(JSON.stringify(lost?.body())).toContain(`Message startswith '${SILENCE}'`);
  const [swept] = instances.filter(({ name }) => String(name).endsWith("-sweep"));
  expect(JSON.stringify(swept?.body())).toContain(`Message startswith '${SWEPT}'`);
});
