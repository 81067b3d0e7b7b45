// The adapters of Azure Resource Manager against answers of the shapes that it gives, good and bad.
import { afterEach, describe, expect, test } from "vitest";
import { alertSweepOf } from "../../../shared/adapters/alert-sweep.ts";
import { platformOf } from "../../../shared/adapters/platform.ts";
import { CommonAlert, metricCondition } from "../../../shared/contracts/alert.ts";
import { type Asked, type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { aListedAlert, RESOURCE } from "../../support/listed-alerts.ts";

let fake: Fake | undefined;
afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

/** Azure, which gives these answers one after the other and then the last one again and again. */
async function azure(...replies: ((asked: Asked, url: string) => Reply)[]): Promise<Fake> {
  let at = 0;
  fake = await startFake((asked, url) => {
    const reply = replies[Math.min(at, replies.length - 1)];
    at += 1;
    return reply?.(asked, url) ?? { status: 404 };
  });
  return fake;
}
const error = (status: number, code: string, message: string, headers?: Record<string, string>) => (): Reply => ({
  status,
  body: { error: { code, message } },
  ...(headers === undefined ? {} : { headers }),
});
const THROTTLED = error(429, "TooManyRequests", "Too many requests.", { "retry-after": "0" });

describe("a server parameter", () => {
  const CHANGE = { resourceId: RESOURCE, name: "work_mem", value: "8192" };
  const accepted = (_asked: Asked, url: string): Reply => ({
    status: 202,
    body: { operation: "UpdateServerParameterManagementOperation", startTime: "2026-11-20T09:30:00.79Z" },
    headers: {
      "azure-asyncoperation": `${url}/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/westeurope/azureAsyncOperation/o1?api-version=2025-08-01`,
      "retry-after": "0",
    },
  });
  const operation =
    (status: string, more: object = {}) =>
    (): Reply => ({ status: 200, body: { name: "o1", status, ...more }, headers: { "retry-after": "0" } });
  const set = async (...replies: Parameters<typeof azure>) => {
    const { url, asked } = await azure(...replies);
    const answer = await platformOf(url, { patienceMs: 2_000 }).setServerParameter(CHANGE);
    return { answer, asked };
  };

  test("that is set at once is done, by one request in the parameter's own words", async () => {
    const { answer, asked } = await set(() => ({ status: 200, body: { properties: { value: "8192" } } }));
    expect(answer).toEqual({ outcome: "done" });
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([`PUT ${RESOURCE}/configurations/work_mem`]);
    expect(asked[0]?.query.get("api-version")).toBe("2025-08-01");
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ properties: { value: "8192", source: "user-override" } });
  });

  test("whose change takes its time is followed to its end, through throttling and a hiccup", async () => {
    const { answer, asked } = await set(
      accepted,
      operation("InProgress"),
      THROTTLED,
      error(503, "ServiceUnavailable", "", { "retry-after": "0" }),
      operation("Succeeded"),
    );
    expect(answer).toEqual({ outcome: "done" });
    expect(asked).toHaveLength(5);
    expect(asked.at(-1)?.path).toContain("azureAsyncOperation/o1");
  });

  test("whose change fails in the end says what Azure says", async () => {
    const reason = { error: { code: "InvalidParameterValue", message: "Allowed values are 4096-2097151." } };
    const { answer } = await set(accepted, operation("Failed", reason));
    expect(answer).toEqual({
      outcome: "failed",
      because: "Azure gave the change up: InvalidParameterValue: Allowed values are 4096-2097151.",
    });
  });

  test("whose change outlasts the patience goes on", async () => {
    const { url } = await azure(accepted, () => ({
      status: 200,
      body: { status: "InProgress" },
      headers: { "retry-after": "1" },
    }));
    expect(await platformOf(url, { patienceMs: 500 }).setServerParameter(CHANGE)).toEqual({ outcome: "running" });
  });

  test.each([
    [
      "busy",
      error(409, "ServerIsBusy", "Server is busy processing another operation."),
      /busy with another operation.*ServerIsBusy/,
    ],
    [
      "forbidden",
      error(403, "AuthorizationFailed", "The client does not have authorization"),
      /configurations\/write.*"PostgreSQL server parameters"/,
    ],
    ["unknown", error(404, "ResourceNotFound", "not found"), /no such server or parameter/],
    ["wrong", error(400, "InvalidParameterValue", "bad"), /Azure answered 400 \(InvalidParameterValue: bad\)/],
    ["no JSON", () => ({ status: 502, body: "<html>Bad gateway</html>" }), /Azure answered 502 \(<html>/],
  ])("that is refused as %s is a failure with what to do", async (_kind, reply, because) => {
    const { answer } = await set(reply);
    expect(answer).toEqual({ outcome: "failed", because: expect.stringMatching(because) });
  });

  test("a link to another host is not followed: the token must not go there", async () => {
    const { url } = await azure(() => ({
      status: 202,
      headers: { location: "https://evil.example/o1", "retry-after": "0" },
    }));
    await expect(platformOf(url, { patienceMs: 1_000 }).setServerParameter(CHANGE)).rejects.toThrow(/leads elsewhere/);
  });

  test("without an endpoint nothing is sent, and the answer says so", async () => {
    expect(await platformOf(undefined).setServerParameter(CHANGE)).toMatchObject({ outcome: "failed" });
  });
});

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
    ["forbidden", error(403, "AuthorizationFailed", "no"), /needs the role "Monitoring Reader"/],
    ["an outage", error(500, "InternalServerError", "oops"), /Azure answered 500/],
    ["throttled for long", error(429, "TooManyRequests", "", { "retry-after": "120" }), /Azure answered 429/],
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
