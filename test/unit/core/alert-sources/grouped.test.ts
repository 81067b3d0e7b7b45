import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AlertmanagerWebhook } from "../../../../shared/contracts/alertmanager-webhook.ts";
import { GrafanaWebhook } from "../../../../shared/contracts/grafana-webhook.ts";
import { Incident } from "../../../../shared/contracts/incident.ts";
import { Id } from "../../../../shared/contracts/primitives.ts";
import { ReceivedAlert } from "../../../../shared/contracts/received-alert.ts";
import { digestOf, openedBy, receiptId } from "../../../../shared/core/alert-reading.ts";
import { readGrafana } from "../../../../shared/core/alert-sources/grafana.ts";
import { severityOfLabel } from "../../../../shared/core/alert-sources/grouped.ts";
import { readAlertmanager } from "../../../../shared/core/alert-sources/prometheus.ts";
import { aGrafanaGroup, anAlertmanagerGroup, type GroupedWish } from "../../../support/grouped-alerts.ts";
import { NOW } from "../../../support/incidents.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/alerts/${name}.json`, import.meta.url), "utf8"));

function ofPrometheus(wish: GroupedWish): ReceivedAlert {
  const [alert] = readAlertmanager(AlertmanagerWebhook.parse(anAlertmanagerGroup(wish)));
  if (alert === undefined) throw new Error("a group of one has one");
  return alert;
}
function ofGrafana(wish: GroupedWish): ReceivedAlert {
  const [alert] = readGrafana(GrafanaWebhook.parse(aGrafanaGroup(wish)));
  if (alert === undefined) throw new Error("a group of one has one");
  return alert;
}

describe("a group of Alertmanager", () => {
  const webhook = AlertmanagerWebhook.parse(fixture("alertmanager"));
  const [fired, over] = readAlertmanager(webhook);

  test("is read alert by alert, whatever the group's own state", () => {
    expect(webhook.truncatedAlerts).toBe(3);
    expect(fired).toMatchObject({
      source: "prometheus",
      condition: "Fired",
      rule: "PostgresqlTooManyConnections",
      metric: null,
      value: 91,
      threshold: 80,
      severity: "Sev2",
      firedAt: "2026-11-20T09:30:00.739Z",
      resolvedAt: null,
      target: { by: "labels", labels: { instance: "shop.postgres.database.azure.com:5432" } },
    });
    expect(over).toMatchObject({
      condition: "Resolved",
      rule: "PostgresqlDeadLocks",
      severity: "Sev0",
      value: null,
      threshold: null,
      resolvedAt: "2026-11-20T09:20:15.123Z",
    });
    for (const alert of [fired, over]) expect(ReceivedAlert.parse(alert)).toEqual(alert);
  });

  test("keeps each alert as it came", () => {
    expect([fired, over].map((alert) => alert?.payload)).toEqual(webhook.alerts);
  });
});

describe("a group of Grafana", () => {
  const [fired, over] = readGrafana(GrafanaWebhook.parse(fixture("grafana")));

  test("is read alert by alert, with the figure that its rule measured", () => {
    expect(fired).toMatchObject({
      source: "grafana",
      rule: "CPU of a PostgreSQL server is high",
      metric: "cpu_percent",
      value: 93.5,
      threshold: 80,
      severity: "Sev1",
      firedAt: "2026-11-20T09:30:00.000Z",
    });
    expect(over).toMatchObject({ condition: "Resolved", value: null, severity: "Sev3" });
  });

  test.each<[string, Record<string, number>, number | null]>([
    ["beside its condition", { A: 12, C: 1 }, 12],
    ["in the query and in its reduction", { A: 12, B: 12, C: 1 }, 12],
    ["of several different ones", { A: 12, B: 13, C: 1 }, null],
    ["that cannot be told from a condition", { B: 1, C: 1 }, null],
    ["where there is none", {}, null],
  ])("gives the figure %s", (_case, values, expected) => {
    expect(ofGrafana({ values }).value).toBe(expected);
  });

  test("believes the annotation before its own figures", () => {
    expect(ofGrafana({ values: { B: 12 }, annotations: { value: "13" } }).value).toBe(13);
  });
});

describe("what a webhook must have", () => {
  const { alerts, ...group } = anAlertmanagerGroup({});
  const [alert] = alerts;
  test.each<[string, object, string]>([
    ["another version", { ...group, alerts, version: "5" }, "version"],
    ["no alerts", { ...group, alerts: [] }, "alerts"],
    ["an alert without a fingerprint", { ...group, alerts: [{ ...alert, fingerprint: "" }] }, "alerts.0.fingerprint"],
    ["a state that is none", { ...group, alerts: [{ ...alert, status: "silenced" }] }, "alerts.0.status"],
    ["a label that is no text", { ...group, alerts: [{ ...alert, labels: { n: 1 } }] }, "alerts.0.labels.n"],
    ["a moment that is none", { ...group, alerts: [{ ...alert, startsAt: "today" }] }, "alerts.0.startsAt"],
  ])("%s is refused where it is", (_case, body, path) => {
    const { error } = AlertmanagerWebhook.safeParse(body);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  test("what an older sender does not say and a newer one adds is no error", () => {
    const { truncatedAlerts: _, ...older } = group;
    expect(AlertmanagerWebhook.parse({ ...older, alerts }).truncatedAlerts).toBe(0);
    expect(AlertmanagerWebhook.safeParse({ ...group, alerts: [{ ...alert, imageURL: "x" }], more: 1 }).success).toBe(
      true,
    );
    expect(GrafanaWebhook.safeParse({ ...aGrafanaGroup({}), alerts }).success).toBe(true);
  });
});

describe("the identity of an alert", () => {
  test("is its labels and when it began: told again it is the same, fired again later another", () => {
    const first = ofPrometheus({});
    expect(receiptId(ofPrometheus({ annotations: { value: "99" } }))).toBe(receiptId(first));
    // The same moment, with other decimals and another offset.
    expect(receiptId(ofPrometheus({ startsAt: "2026-11-20T10:30:00.123+01:00" }))).toBe(receiptId(first));
    expect(receiptId(ofPrometheus({ startsAt: "2026-11-20T10:30:00.123Z" }))).not.toBe(receiptId(first));
    expect(receiptId(ofPrometheus({ fingerprint: "2" }))).not.toBe(receiptId(first));
    expect(receiptId(ofPrometheus({ status: "resolved" }))).toBe(receiptId(first, "Resolved"));
  });

  test("belongs to its source: none can speak of another's alert", () => {
    expect(receiptId(ofGrafana({}))).not.toBe(receiptId(ofPrometheus({})));
  });
});

test.each([
  ["critical", "Sev0"],
  ["error", "Sev1"],
  ["Warning", "Sev2"],
  ["info", "Sev3"],
  ["P1", "Sev0"],
  ["P5", "Sev4"],
  ["sev0", "Sev0"],
  ["SEV4", "Sev4"],
  ["constructor", "Sev3"],
  ["whatever", "Sev3"],
  [undefined, "Sev3"],
])("the severity label %s is %s", (label, severity) => {
  expect(severityOfLabel(label)).toBe(severity);
});

test("a metric is one only where somebody says so in its form, and a value only where it is a plain number", () => {
  expect(ofPrometheus({ labels: { pgmedic_metric: "storage_percent" } }).metric).toBe("storage_percent");
  expect(ofPrometheus({ annotations: { pgmedic_metric: "storage_percent" } }).metric).toBe("storage_percent");
  expect(ofPrometheus({ labels: { pgmedic_metric: "100 - free" } }).metric).toBeNull();
  for (const value of ["93 %", "", " ", "NaN", "+Inf"])
    expect(ofPrometheus({ annotations: { value } }).value).toBeNull();
});

test("whatever the labels hold, an alert opens a whole incident with ids that are safe in a URL", () => {
  const texts = fc.dictionary(fc.string(), fc.string());
  fc.assert(
    fc.property(texts, texts, fc.string({ minLength: 1, maxLength: 128 }), (labels, annotations, fingerprint) => {
      for (const alert of [
        ofPrometheus({ labels, annotations, fingerprint }),
        ofGrafana({ labels, annotations, fingerprint }),
      ]) {
        expect(ReceivedAlert.parse(alert)).toEqual(alert);
        const incident = openedBy(digestOf(alert), "shop", NOW);
        expect(Incident.parse(incident)).toEqual(incident);
        expect(Id.safeParse(receiptId(alert)).success).toBe(true);
      }
    }),
  );
});
