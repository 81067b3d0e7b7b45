// What leaves the process: one trace from the alert to the last statement, figures and log lines, as Application Insights gets them.
import { randomUUID } from "node:crypto";
import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COSMOS_KEY } from "../../../infra/local/cosmos/server.ts";
import { MESSAGE_TYPES } from "../../../functions/telemetry.ts";
import { METRIC } from "../../../functions/telemetry-names.ts";
import { traceparentOf } from "../../../shared/core/trace.ts";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import { type Journey, travel } from "../../chaos/support/journey.ts";
import { eventually } from "../../support/cloud.ts";
import { type Envelope, type Insights, startInsights } from "../../support/insights.ts";

const PASSWORD = "planted-password-7391";
const PLANTED_VALUE = "planted-value-4711";
const FORGED = "forged".repeat(2_000);

let insights: Insights;
let arena: Arena;
let journey: Journey;
beforeAll(async () => {
  insights = await startInsights();
  const proxy = `http://127.0.0.1:${insights.port}`;
  arena = await startArena({
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.connectionString,
    // Whatever the process wants from elsewhere comes by here.
    HTTPS_PROXY: proxy,
    NO_PROXY: "127.0.0.1",
    CHAOS_INVESTIGATOR: PASSWORD,
    CHAOS_EXECUTOR: PASSWORD,
    PGMEDIC_LOCK_MS: "30000",
  });
  journey = await arena.openJourney();
  for (const role of ["investigator", "executor"])
    await journey.parcels.run(`alter role pgmedic_${role} password '${PASSWORD}'`);
  await journey.parcels.run(`update parcels set note = '${PLANTED_VALUE}' where id % 10 = 0`);
  await journey.parcels.run(`select count(*) from parcels where note = '${PLANTED_VALUE}' and customer_id > 0`);
}, 90_000);
afterAll(async () => {
  await arena?.stop();
  await insights?.stop();
});

const tagged = (traceId: string) => (envelope: Envelope) => envelope.tags["ai.operation.id"] === traceId;
const nameOf = ({ data }: Envelope): string => data.baseData.name ?? "";
const parentOf = ({ tags }: Envelope): string | undefined => tags["ai.operation.parentId"];
const spans = (envelopes: readonly Envelope[]) =>
  envelopes.flatMap((envelope) => {
    const { data } = envelope;
    return data.baseType === "RequestData" || data.baseType === "RemoteDependencyData"
      ? [
          {
            ...envelope,
            name: nameOf(envelope),
            span: data.baseData,
            kind: data.baseType,
            parentId: parentOf(envelope),
          },
        ]
      : [];
  });
const metrics = (envelopes: readonly Envelope[], wanted: string) =>
  envelopes.flatMap(({ data }) =>
    data.baseType === "MetricData"
      ? data.baseData.metrics.flatMap(({ name, value, count }) =>
          name === wanted ? [{ value, count, dimensions: data.baseData.properties }] : [],
        )
      : [],
  );
const lines = (envelopes: readonly Envelope[]) =>
  envelopes.flatMap(({ data, tags }) => (data.baseType === "MessageData" ? [{ ...data.baseData, tags }] : []));

describe("an incident from its alert to its end", () => {
  let all: Envelope[] = [];
  let trace: ReturnType<typeof spans> = [];

  beforeAll(async () => {
    const incident = await travel(journey);
    expect(incident.resolution?.path).toBe("humanApproved");
    await forge();
    await arena.platform.call("POST", "admin/functions/sweep");
    await eventually(async () => (arena.platform.log().includes("pgmedic.sweep: done") ? true : null));
    await arena.platform.stopGently("host");
    all = insights.envelopes();
    const [, id = ""] = traceparentOf(journey.incidentId).split("-");
    trace = spans(all.filter(tagged(id)));
    const bytes = all.filter(tagged(id)).reduce((sum, envelope) => sum + JSON.stringify(envelope).length, 0);
    console.log(`an incident is ${trace.length} spans, ${Math.round(bytes / 1024)} kB`);
  }, 180_000);

  /** What somebody who can reach a queue or an address might send. */
  async function forge(): Promise<void> {
    const { platform } = arena;
    const client = new ServiceBusClient(platform.busConnectionString());
    try {
      const bodies = [
        { type: FORGED, incidentId: FORGED, verdict: FORGED },
        { type: "approval", incidentId: { $ne: 1 }, verdict: `${PLANTED_VALUE} ${FORGED}` },
        FORGED,
      ];
      await client.createSender("approvals").sendMessages(bodies.map((body) => ({ body, messageId: randomUUID() })));
    } finally {
      await client.close();
    }
    await platform.call("POST", `api/incidents/${FORGED.slice(0, 3_000)}/decision`, {});
    await platform.call("POST", `api/incidents/inc-unknown/decision`, {});
    await platform.call("POST", "api/alerts", { essentials: FORGED });
    await eventually(async () => ((await platform.messages()).length === 0 ? true : null), { what: "empty queues" });
  }

  test("is one operation: the alert's request is its root, and everything else belongs to it", () => {
    const names = new Set(trace.map(({ name }) => name));
    expect([...names]).toEqual(
      expect.arrayContaining([
        "POST /api/alerts",
        "send trigger",
        "receive trigger",
        "step acquireLock",
        "step investigate",
        "step propose",
        "POST /api/incidents/{incidentId}/decision",
        "send approval",
        "receive approval",
        "receive resume",
        "step execute",
        "step verify",
        "step close",
        "receive completion",
      ]),
    );
    const [root, ...others] = trace.filter(({ parentId }) => parentId === undefined);
    expect(others).toEqual([]);
    expect(root).toMatchObject({ name: "POST /api/alerts", kind: "RequestData" });
    expect(root?.span).toMatchObject({ success: true, responseCode: "202" });
    const known = new Set(trace.map(({ span }) => span.id));
    // A message is handled below the host's own span of the invocation, which in Azure the host tells of.
    const ofHost = trace.filter(({ parentId }) => parentId !== undefined && !known.has(parentId));
    expect(ofHost.map(({ name }) => name).filter((name) => !name.startsWith("receive "))).toEqual([]);
    expect(trace.filter(({ span }) => !span.success).map(({ name }) => name)).toEqual([]);
    expect(new Set(trace.map(({ tags }) => tags["ai.cloud.role"]))).toEqual(new Set(["pgmedic-all"]));
    // Nothing of it is told under another operation.
    const elsewhere = spans(all).filter(({ name }) => name.startsWith("step ") || name.startsWith("sql "));
    expect(elsewhere.filter((entry) => !trace.some(({ span }) => span.id === entry.span.id))).toEqual([]);
  });

  test("shows every statement below the step that asked it, by its name, its server and its database", () => {
    const byId = new Map(trace.map(({ span, name }) => [span.id, name]));
    const statements = trace.filter(({ name }) => name.startsWith("sql "));
    expect(statements.length).toBeGreaterThan(20);
    const parents = new Set(statements.map(({ parentId }) => byId.get(parentId ?? "") ?? "nobody"));
    expect([...parents].toSorted((a, b) => a.localeCompare(b))).toEqual([
      "step execute",
      "step investigate",
      "step propose",
      "step verify",
    ]);
    for (const { name, span, kind } of statements) {
      expect(kind).toBe("RemoteDependencyData");
      expect(span).toMatchObject({
        type: "postgresql",
        target: `127.0.0.1|${journey.parcels.name}`,
        data: name.slice("sql ".length),
      });
    }
    expect(statements.map(({ name }) => name)).toContain("sql activity");
  });

  test("counts what happened once, with its dimensions", () => {
    const dimensions = (name: string) => metrics(all, name).map(({ dimensions: own }) => own);
    expect(dimensions(METRIC.alerts)).toEqual([{ disposition: "opened" }]);
    expect(dimensions(METRIC.proposals)).toEqual([{ cause: "missing_index" }]);
    expect(dimensions(METRIC.executions)).toEqual([{ outcome: "done" }]);
    expect(dimensions(METRIC.rollBacks)).toEqual([]);
    expect(metrics(all, METRIC.approvals)).toEqual(
      expect.arrayContaining([expect.objectContaining({ value: 1, dimensions: { verdict: "approve" } })]),
    );
    const [proposal, ...more] = metrics(all, METRIC.timeToProposal);
    expect(more).toEqual([]);
    expect(proposal).toMatchObject({ count: 1, dimensions: { cause: "missing_index" } });
    expect(proposal?.value).toBeGreaterThan(0.1);
    const [resolution] = metrics(all, METRIC.timeToResolve);
    expect(resolution?.dimensions).toEqual({ path: "humanApproved" });
    expect(resolution?.value).toBeGreaterThan(proposal?.value ?? Number.POSITIVE_INFINITY);
  });

  test("logs lines with their severity, in the trace of their invocation", () => {
    const swept = lines(all).filter(({ message }) => message.startsWith("pgmedic.sweep"));
    expect(swept.length).toBeGreaterThan(0);
    for (const { message, severityLevel, properties, tags } of swept) {
      expect({ message, severityLevel }).toEqual({ message: "pgmedic.sweep: done", severityLevel: "Information" });
      expect(properties["faas.name"]).toBe("sweep");
      expect(tags["ai.operation.id"]).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test("tells no value, no statement, no password and no token", () => {
    const text = insights.text();
    expect(text.length).toBeGreaterThan(10_000);
    for (const secret of [PASSWORD, PLANTED_VALUE, COSMOS_KEY, "the front vouches for this", "gift wrap"])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/customer_id|create index|select |shop@|bearer|eyJ/i);
  });

  test("is not disturbed by forged and oversized names, which are repeated nowhere", () => {
    expect(insights.text()).not.toContain("forgedforged");
    const received = spans(all).filter(({ name }) => name.startsWith("receive "));
    const known = new Set<string>(MESSAGE_TYPES.map((type) => `receive ${type}`));
    expect(received.filter(({ name }) => !known.has(name))).toEqual([]);
    expect(received.filter(({ name }) => name === "receive unreadable").length).toBeGreaterThanOrEqual(2);
    const verdicts = metrics(all, METRIC.approvals).map(({ dimensions }) => dimensions["verdict"]);
    expect([...new Set(verdicts)].toSorted((a = "", b = "") => a.localeCompare(b))).toEqual(["approve", "unknown"]);
    const unknown = spans(all).filter(({ span }) => span.responseCode === "404");
    expect(unknown.map(({ name }) => name)).toEqual([
      "POST /api/incidents/{incidentId}/decision",
      "POST /api/incidents/{incidentId}/decision",
    ]);
    expect(unknown.flatMap(({ span }) => Object.keys(span.properties))).not.toContain("pgmedic.incident");
    expect(spans(all).filter(({ span }) => span.responseCode === "400").length).toBe(1);
  });

  test("goes to Application Insights alone", () => {
    expect(insights.strays()).toEqual([]);
  });
});
