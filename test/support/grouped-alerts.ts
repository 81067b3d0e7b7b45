// Groups of alerts as Alertmanager and Grafana post them; give what matters to the test.
export type GroupedWish = {
  rule?: string;
  /** Labels besides `alertname`; they name the server. */
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  status?: "firing" | "resolved";
  startsAt?: string;
  fingerprint?: string;
  values?: Record<string, number>;
};

const alertOf = (wish: GroupedWish) => ({
  status: wish.status ?? "firing",
  labels: { alertname: wish.rule ?? "PostgresqlTooManyConnections", severity: "warning", ...wish.labels },
  annotations: { summary: "", ...wish.annotations },
  startsAt: wish.startsAt ?? "2026-11-20T09:30:00.123456789Z",
  endsAt: wish.status === "resolved" ? "2026-11-20T09:45:00.765Z" : "0001-01-01T00:00:00Z",
  generatorURL: "http://prometheus.example.org/graph",
  fingerprint: wish.fingerprint ?? "1a30ba71cca2921f",
});

const groupOf = (wishes: readonly GroupedWish[]) => ({
  receiver: "pgmedic",
  status: wishes.some(({ status }) => status !== "resolved") ? "firing" : "resolved",
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: "http://alertmanager.example.org",
  groupKey: "{}:{}",
  truncatedAlerts: 0,
});

export const anAlertmanagerGroup = (...wishes: readonly GroupedWish[]) => ({
  ...groupOf(wishes),
  version: "4",
  alerts: wishes.map(alertOf),
});

export const aGrafanaGroup = (...wishes: readonly GroupedWish[]) => ({
  ...groupOf(wishes),
  version: "1",
  orgId: 1,
  title: "[FIRING:1]",
  state: "alerting",
  message: "",
  alerts: wishes.map((wish) => ({
    ...alertOf(wish),
    silenceURL: "https://grafana.example.org/silence",
    dashboardURL: "",
    panelURL: "",
    values: wish.values ?? {},
  })),
});
