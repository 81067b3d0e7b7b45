// The sweep for undelivered alerts against answers of the shapes that Azure gives, good and bad.
import { afterEach, describe, expect, test } from "vitest";
import { alertSweepOf } from "../../../shared/adapters/alert-sweep.ts";
import { CommonAlert, metricCondition } from "../../../shared/contracts/alert.ts";
import { type Answering, azureAnswers, failure, THROTTLED } from "../../support/azure-answers.ts";
import type { Asked, Fake, Reply } from "../../support/http-fake.ts";
import { aListedAlert, RESOURCE } from "../../support/listed-alerts.ts";

let fake: Fake | undefined;
afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function azure(...replies: Answering[]): Promise<Fake> {
  fake = await azureAnswers(...replies);
  return fake;
}

describe("the alerts that Azure reports as fired", () => {
  const list = async (...replies: Parameters<typeof azure>) =>
    alertSweepOf((await azure(...replies)).url).fired(RESOURCE);
  const page =
    (...value: unknown[]) =>
    (): Reply => ({ status: 200, body: { value } });

  test("are asked for at the server itself, fired ones only, with their context", async () => {
    await list(page());
    const [asked] = fake?.asked ?? [];
    expect(asked?.path).toBe(`${RESOURCE}/providers/Microsoft.AlertsManagement/alerts`);
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({
      "api-version": "2019-03-01",
      includeContext: "true",
      monitorCondition: "Fired",
      targetResource: RESOURCE,
      timeRange: "1d",
    });
  });

  test("come as notifications: with the id, the rule and the metric that the webhook would have had", async () => {
    const answer = await list(page(aListedAlert({ guid: "66114d64-d9d9-478b-95c9-b789d6502100" })));
    if (!answer.ok) throw new Error(answer.because);
    const [alert] = answer.alerts;
    expect(alert?.data.essentials).toMatchObject({
      alertId: `/subscriptions/${RESOURCE.split("/")[2] ?? ""}/providers/Microsoft.AlertsManagement/alerts/66114d64-d9d9-478b-95c9-b789d6502100`,
      alertRule: "cpu-high",
      severity: "Sev2",
      monitorCondition: "Fired",
      firedDateTime: "2026-11-20T09:30:00Z",
    });
    expect(CommonAlert.parse(alert)).toEqual(alert);
    if (alert === undefined) throw new Error("no alert");
    expect(metricCondition(alert)).toEqual({ metric: "cpu_percent", value: 93.5, threshold: 80 });
  });

  test("whose context is not that of a notification come without it", async () => {
    const answer = await list(page(aListedAlert({ context: { SearchQuery: 7 } })));
    if (!answer.ok) throw new Error(answer.because);
    expect(answer.alerts.map((alert) => metricCondition(alert))).toEqual([null]);
    expect(answer.alerts.map((alert) => CommonAlert.safeParse(alert).success)).toEqual([true]);
  });

  test("are read from every page", async () => {
    const first = (_asked: Asked, url: string): Reply => ({
      status: 200,
      body: {
        value: [aListedAlert({ guid: "a" })],
        nextLink: `${url}${RESOURCE}/providers/Microsoft.AlertsManagement/alerts?api-version=2019-03-01&ctoken=%2bRID`,
      },
    });
    const answer = await list(first, page(aListedAlert({ guid: "b" })));
    expect(answer).toMatchObject({ ok: true, alerts: [{}, {}], unreadable: 0 });
    expect(fake?.asked[1]?.query.get("ctoken")).toBe("+RID");
  });

  test("leave out what a person has closed, what is resolved, and count what cannot be read", async () => {
    const answer = await list(
      page(
        aListedAlert({ alertState: "Closed" }),
        aListedAlert({ monitorCondition: "Resolved" }),
        { id: "x" },
        aListedAlert({}),
      ),
    );
    expect(answer).toMatchObject({ ok: true, alerts: [{}], unreadable: 1 });
  });

  test.each([
    ["forbidden", failure(403, "AuthorizationFailed", "no"), /needs the role "Monitoring Reader"/],
    ["an outage", failure(500, "InternalServerError", "oops"), /Azure answered 500/],
    ["throttled for long", failure(429, "TooManyRequests", "", { "retry-after": "120" }), /Azure answered 429/],
    ["in another shape", () => ({ status: 200, body: [] }), /expected object/],
    ["no JSON", () => ({ status: 200, body: "<html>" }), /not valid JSON/],
    [
      "another host's",
      () => ({ status: 200, body: { value: [], nextLink: "https://evil.example/" } }),
      /leads elsewhere/,
    ],
  ])("are not known when the answer is %s", async (_kind, reply, because) => {
    expect(await list(reply)).toEqual({ ok: false, because: expect.stringMatching(because) });
  });

  test("are asked for once more when Azure is throttling", async () => {
    expect(await list(THROTTLED, page(aListedAlert({})))).toMatchObject({ ok: true, alerts: [{}] });
  });

  test("whose pages never end are given up", async () => {
    const answer = await list((asked, url) => ({
      status: 200,
      body: { value: [], nextLink: `${url}${asked.path}?ctoken=1` },
    }));
    expect(answer).toEqual({ ok: false, because: expect.stringMatching(/more than 20 pages/) });
  });
});
