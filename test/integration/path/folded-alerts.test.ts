// An overloaded server shows it in several alerts at once: they are one incident, and none of them is lost behind it.
import { afterEach, expect, test, vi } from "vitest";
import { alone, correlate } from "../../../functions/correlate.ts";
import { services } from "../../../functions/services.ts";
import { openUnexplained } from "../../../functions/unexplained-alerts.ts";
import type { AlertDigest, Incident } from "../../../shared/contracts/incident.ts";
import type { Cause } from "../../../shared/contracts/taxonomy.ts";
import { CommonAlert } from "../../../shared/contracts/alert.ts";
import { receive } from "../../../functions/receive-alert.ts";
import { readAzure } from "../../../shared/core/alert-sources/azure.ts";
import { readAnomaly } from "../../../shared/core/alert-sources/pgmedic.ts";
import { anAlert } from "../../support/alerts.ts";
import { anAnomaly } from "../../support/baselines.ts";
import { aServer } from "../../support/steps.ts";
import { aDiagnosis, anIncident } from "../../support/incidents.ts";
import { withDocuments } from "../../support/with-documents.ts";

withDocuments();
afterEach(() => void vi.restoreAllMocks());

const RULES = { cpu_percent: "cpu-high", active_connections: "connections-high", storage_percent: "storage-high" };
let count = 0;
function anAlertOf(metric: keyof typeof RULES | null, wish: Partial<AlertDigest> = {}): AlertDigest {
  const [alert] = anIncident().alerts;
  if (alert === undefined) throw new Error("an incident begins with an alert");
  count += 1;
  return {
    ...alert,
    alertId: `alert-${count}`,
    metric,
    rule: metric === null ? "SlowQueries" : RULES[metric],
    ...wish,
  };
}
const on = (serverId: string): Promise<Incident[]> => services().incidents.list({ serverId });
async function read(incidentId: string | null): Promise<Incident> {
  const incident = await services().incidents.read(incidentId ?? "");
  if (incident === null) throw new Error("there is no such incident");
  return incident;
}
const diagnosed = (incidentId: string | null, cause: Cause): Promise<Incident> =>
  services().incidents.change(incidentId ?? "", (incident) => ({
    ...incident,
    state: "awaitingApproval",
    diagnosis: aDiagnosis(cause),
  }));
async function close(incidentId: string | null): Promise<void> {
  const { incidents, alerts } = services();
  const { correlationKey } = await incidents.change(incidentId ?? "", (incident) => ({
    ...incident,
    state: "dismissed",
  }));
  await alerts.closeOpen({ incidentId: incidentId ?? "", correlationKey });
}

test("a storm of alerts of three kinds at once is one incident that has them all, and storage one beside it", async () => {
  const storm = (["cpu_percent", "active_connections", null] as const).flatMap((metric) =>
    Array.from({ length: 8 }, () => anAlertOf(metric)),
  );
  const answers = await Promise.all([...storm, anAlertOf("storage_percent")].map((alert) => correlate(alert, "storm")));
  expect(answers.filter(({ disposition }) => disposition === "opened")).toHaveLength(2);
  const incidents = await on("storm");
  expect(incidents.map(({ alerts }) => alerts.length).toSorted((a, b) => a - b)).toEqual([1, 24]);
});

test("once its diagnosis is there, an alert of another kind gets an incident of its own, and its like go there", async () => {
  const { incidentId } = await correlate(anAlertOf("cpu_percent"), "known");
  await diagnosed(incidentId, "missing_index");
  const own = await correlate(anAlertOf("active_connections"), "known");
  expect(own.disposition).toBe("opened");
  expect(await correlate(anAlertOf("active_connections"), "known")).toEqual({
    incidentId: own.incidentId,
    disposition: "attached",
  });
  expect(await correlate(anAlertOf("cpu_percent"), "known")).toEqual({ incidentId, disposition: "attached" });
});

test("only open incidents take alerts: the same alert minutes after the first was closed is another incident", async () => {
  const first = await correlate(anAlertOf("cpu_percent"), "again");
  await close(first.incidentId);
  const second = await correlate(anAlertOf("cpu_percent"), "again");
  expect(second).toMatchObject({ disposition: "opened" });
  expect(second.incidentId).not.toBe(first.incidentId);
  expect(await on("again")).toHaveLength(2);
});

test("an alert of a kind whose incident is open goes there, even if an older version opened it", async () => {
  const before = await alone(anAlertOf("cpu_percent"), "older");
  const connections = await correlate(anAlertOf("active_connections"), "older");
  expect(connections.disposition).toBe("opened");
  expect(await correlate(anAlertOf("cpu_percent"), "older")).toMatchObject({ incidentId: before.incidentId });
});

test("what the diagnosis explains stays folded in", async () => {
  const { incidentId } = await correlate(anAlertOf("cpu_percent"), "explained");
  await correlate(anAlertOf("active_connections"), "explained");
  await openUnexplained(await diagnosed(incidentId, "missing_index"));
  expect(await on("explained")).toHaveLength(1);
});

test("what it does not explain gets an incident of its own, once, however often the step is repeated", async () => {
  const { incidentId } = await correlate(anAlertOf("cpu_percent"), "unexplained");
  await correlate(anAlertOf("active_connections"), "unexplained");
  await correlate(anAlertOf("active_connections"), "unexplained");
  const incident = await diagnosed(incidentId, "sequence_exhaustion");
  for (const _ of [1, 2, 3]) await openUnexplained(incident);
  const [own, ...others] = (await on("unexplained")).filter((one) => one.incidentId !== incidentId);
  expect(others).toEqual([]);
  expect(own).toMatchObject({ state: "dispatched", title: "active_connections on unexplained" });
  expect(own?.outbox).toMatchObject([{ kind: "message", queue: "runs", message: { type: "trigger" } }]);
  const lines = (await read(incidentId)).timeline.filter(({ kind }) => kind === "note").map(({ text }) => text);
  expect(lines).toEqual([`connections-high is not explained by this: see ${own?.incidentId}.`]);
  // After it was closed too: what is over is not begun again.
  await close(own?.incidentId ?? null);
  await openUnexplained(incident);
  expect(await on("unexplained")).toHaveLength(2);
  expect((await correlate(anAlertOf("active_connections"), "unexplained")).disposition).toBe("opened");
});

test("a service's alert that it does not explain is said to be so, and the server is not looked at again", async () => {
  const { incidentId } = await correlate(anAlertOf("cpu_percent"), "innocent");
  await correlate(anAlertOf(null, { rule: "Http5xx", service: "shop-web" }), "innocent");
  const incident: Incident = { ...(await read(incidentId)), diagnosis: { ...aDiagnosis(), verdict: "healthy" } };
  for (const _ of [1, 2]) await openUnexplained(incident);
  expect(await on("innocent")).toHaveLength(1);
  const lines = (await read(incidentId)).timeline.filter(({ kind }) => kind === "note").map(({ text }) => text);
  expect(lines).toEqual(["Http5xx of shop-web is not explained by this server."]);
});

test("a step that is killed at any of its writes loses no alert", async () => {
  const { documents } = services();
  const write = documents.create.bind(documents);
  for (let deadly = 1; deadly <= 4; deadly += 1) {
    const serverId = `killed-${deadly}`;
    const { incidentId } = await correlate(anAlertOf("cpu_percent"), serverId);
    await correlate(anAlertOf("active_connections"), serverId);
    await correlate(anAlertOf(null), serverId);
    const incident = await diagnosed(incidentId, "sequence_exhaustion");
    let writes = 0;
    const killed = vi.spyOn(documents, "create").mockImplementation(async (...parameters) => {
      writes += 1;
      if (writes === deadly) throw new Error("killed");
      return write(...parameters);
    });
    await expect(openUnexplained(incident)).rejects.toThrow("killed");
    killed.mockRestore();
    await openUnexplained(incident);
    const kinds = (await on(serverId)).map(({ alerts: [first] }) => first?.metric ?? first?.rule);
    expect(kinds).toHaveLength(3);
    expect(new Set(kinds)).toEqual(new Set(["SlowQueries", "active_connections", "cpu_percent"]));
  }
});

test("nothing is folded in between the diagnosis and the look at what it does not explain", async () => {
  for (let round = 0; round < 10; round += 1) {
    const serverId = `race-${round}`;
    const { incidentId } = await correlate(anAlertOf("cpu_percent"), serverId);
    const alert = anAlertOf("active_connections");
    const [answer] = await Promise.all([
      correlate(alert, serverId),
      diagnosed(incidentId, "sequence_exhaustion").then(openUnexplained),
    ]);
    // Folded in before the diagnosis, or refused after it: either way somebody looks at it.
    const own = (await on(serverId)).filter((one) => one.alerts[0]?.alertId === alert.alertId);
    expect(own, `${round}: ${answer.disposition}`).toHaveLength(1);
  }
});

test("Azure's alert on a metric and that of PgMedic's own detection are one incident, whichever comes first", async () => {
  for (const order of ["azure", "detected"] as const) {
    const serverId = `both-${order}`;
    const resourceId = `/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/${serverId}`;
    await services().servers.put(aServer({ serverId, resourceId }));
    const azure = readAzure(CommonAlert.parse(anAlert({ target: resourceId, alertId: serverId })));
    const detected = readAnomaly({ serverId, anomaly: anAnomaly(), maxConnections: null }, "Fired");
    const [first, second] = order === "azure" ? [azure, detected] : [detected, azure];
    const opened = await receive(first);
    expect(opened.disposition).toBe("opened");
    expect(await receive(second)).toEqual({ incidentId: opened.incidentId, disposition: "attached" });
    expect(await receive(detected)).toMatchObject({ disposition: "duplicate" });
    expect(await on(serverId)).toMatchObject([{ alerts: [{}, {}] }]);
  }
});

test("what the detection finds on a server that is not enabled any more opens nothing", async () => {
  await services().servers.put(aServer({ serverId: "asleep", enabled: false }));
  const detected = readAnomaly({ serverId: "asleep", anomaly: anAnomaly(), maxConnections: null }, "Fired");
  expect(await receive(detected)).toMatchObject({ disposition: "ignored" });
  expect(await on("asleep")).toEqual([]);
});
