import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AlertAnswer, Problem } from "../../../shared/contracts/api.ts";
import { type AlertWish, anAlert } from "../../support/alerts.ts";
import { type Cloud, SMALL_SHOP, startCloud } from "../../support/cloud.ts";
import { EVERY_KIND } from "../../support/every-alert.ts";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud(SMALL_SHOP);
});
afterAll(() => cloud.stop());

const send = async (wish: AlertWish) => {
  const answer = await cloud.postAlert(anAlert({ target: cloud.resourceId, ...wish }));
  return { status: answer.status, ...AlertAnswer.parse(answer.body) };
};

describe("a payload", () => {
  test.each(Object.entries(EVERY_KIND))("of the kind %s is taken", async (_kind, payload) => {
    const answer = await cloud.postAlert(payload);
    expect(answer.status).toBe(202);
    expect(AlertAnswer.parse(answer.body)).toMatchObject({
      disposition: "ignored",
      reason: expect.stringMatching(/registered|no incident came/),
    });
  });

  test("that is wrong is refused with the path of each error", async () => {
    const alert = anAlert();
    const { alertId: _, ...essentials } = alert.data.essentials;
    const [criterion] = alert.data.alertContext.condition.allOf;
    const condition = { ...alert.data.alertContext.condition, allOf: [{ ...criterion, metricName: 7 }] };
    const broken = {
      ...alert,
      data: {
        ...alert.data,
        essentials: { ...essentials, severity: "Sev9" },
        alertContext: { ...alert.data.alertContext, condition },
      },
    };
    const answer = await cloud.postAlert(broken);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const paths = Problem.parse(answer.body).errors?.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["data.essentials.alertId", "data.essentials.severity"]));
    const deep = await cloud.postAlert({
      ...alert,
      data: { ...alert.data, alertContext: { ...alert.data.alertContext, condition } },
    });
    expect(Problem.parse(deep.body).errors?.[0]?.path).toBe("data.alertContext.condition.allOf.0.metricName");
  });

  test("that is no JSON is refused", async () => {
    const response = await fetch(`${cloud.host}/api/alerts`, { method: "POST", body: "{" });
    expect(response.status).toBe(400);
  });

  test("over 256 KB is refused as too large", async () => {
    expect((await cloud.postAlert({ padding: "x".repeat(257 * 1024) })).status).toBe(413);
  });

  test("of an unknown source is refused by name", async () => {
    expect((await cloud.call("POST", "alerts?source=pigeon", { as: [], body: anAlert() })).status).toBe(400);
  });
});

describe("an alert", () => {
  test("for an unknown server is recorded and ignored", async () => {
    expect(await send({ alertId: "unknown", target: "/subscriptions/x/none" })).toMatchObject({
      status: 202,
      disposition: "ignored",
    });
  });

  test("for a server on which PgMedic is not enabled is recorded and ignored, until it is enabled", async () => {
    const target = "/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/off";
    const registration = {
      displayName: "Off",
      resourceId: target,
      environment: "staging",
      enabled: false,
      connection: { kind: "url", urlSetting: "NOT_THERE" },
    };
    expect((await cloud.call("PUT", "servers/off", { as: ["admin"], body: registration })).status).toBe(201);
    expect(await send({ alertId: "off", target })).toMatchObject({
      disposition: "ignored",
      reason: "PgMedic is not enabled on off",
    });
    // Azure tells of an alert that goes on only once, and the sweep brings it again: by then PgMedic may be enabled.
    expect((await send({ alertId: "off", target })).disposition).toBe("ignored");
    const enabled = { ...registration, enabled: true };
    expect((await cloud.call("PUT", "servers/off", { as: ["admin"], body: enabled })).status).toBe(200);
    const opened = await send({ alertId: "off", target });
    expect(opened.disposition).toBe("opened");
    expect(await send({ alertId: "off", target })).toMatchObject({
      incidentId: opened.incidentId,
      disposition: "duplicate",
    });
  });

  test("fired a hundred times at once is one incident and one run", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => send({ alertId: "storm", metric: "storm_metric" })),
    );
    expect(new Set(answers.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect((await send({ alertId: "storm", metric: "storm_metric" })).disposition).toBe("duplicate");
  });

  test("of the same kind on the same server attaches to the open incident", async () => {
    const first = await send({ alertId: "first", metric: "memory_percent" });
    const second = await send({ alertId: "second", metric: "memory_percent" });
    if (first.incidentId === null) throw new Error("it should have opened one");
    // The first may have found nothing wrong and closed before the second came.
    const { resolution } = await cloud.incident(first.incidentId);
    if (resolution === null) expect(second).toMatchObject({ incidentId: first.incidentId, disposition: "attached" });
    else expect(second.incidentId).not.toBe(first.incidentId);
  });

  test("that is resolved is noted in its incident, and changes nothing else", async () => {
    const opened = await send({ alertId: "noted", metric: "noted_metric" });
    const answer = await send({ alertId: "noted", metric: "noted_metric", condition: "Resolved" });
    expect(answer).toMatchObject({ incidentId: opened.incidentId, disposition: "resolved" });
    expect((await cloud.incident(opened.incidentId ?? "")).alertResolvedAt).toBe("2026-11-20T09:45:00.765Z");
  });

  test("whose resolution came first opens nothing", async () => {
    expect(await send({ alertId: "late", condition: "Resolved" })).toMatchObject({ disposition: "ignored" });
    expect(await send({ alertId: "late" })).toMatchObject({
      disposition: "ignored",
      reason: "its resolution arrived before it",
    });
  });
});
