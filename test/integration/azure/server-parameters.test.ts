// Server parameters through Azure's own client, against answers of the shapes that Resource Manager gives, good and bad.
import { afterEach, expect, test } from "vitest";
import { flexibleServersOf } from "../../../shared/adapters/flexible-servers.ts";
import { platformOf } from "../../../shared/adapters/platform.ts";
import { type Answering, azureAnswers, failure, THROTTLED } from "../../support/azure-answers.ts";
import type { Asked, Fake, Reply } from "../../support/http-fake.ts";
import { RESOURCE } from "../../support/listed-alerts.ts";

let fake: Fake | undefined;
afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

const CHANGE = { resourceId: RESOURCE, name: "work_mem", value: "8192" };
const PATH = `${RESOURCE}/configurations/work_mem`;
const PACE = { patienceMs: 2_000, pollMs: 20 };

const parameter =
  (value: string, more: object = {}) =>
  (): Reply => ({
    status: 200,
    body: {
      id: PATH,
      name: "work_mem",
      type: "Microsoft.DBforPostgreSQL/flexibleServers/configurations",
      properties: {
        value,
        defaultValue: "4096",
        dataType: "Integer",
        allowedValues: "4096-2097151",
        source: "user-override",
        isDynamicConfig: true,
        isReadOnly: false,
        isConfigPendingRestart: false,
        unit: "KB",
        ...more,
      },
    },
  });
const accepted = (_asked: Asked, url: string): Reply => ({
  status: 202,
  body: { operation: "UpdateServerParameterManagementOperation", startTime: "2026-11-20T09:30:00.79Z" },
  headers: {
    "azure-asyncoperation": `${url}/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/westeurope/azureAsyncOperation/o1?api-version=2025-08-01`,
    location: `${url}/subscriptions/s/providers/Microsoft.DBforPostgreSQL/locations/westeurope/operationResults/o1?api-version=2025-08-01`,
    "retry-after": "0",
  },
});
const operation =
  (status: string, more: object = {}) =>
  (): Reply => ({ status: 200, body: { name: "o1", status, ...more }, headers: { "retry-after": "0" } });
const set = async (...replies: Answering[]) => {
  fake = await azureAnswers(...replies);
  const answer = await platformOf(flexibleServersOf(fake.url), PACE).setServerParameter(CHANGE);
  return { answer, asked: fake.asked };
};
const OLD = parameter("4096");
const NEW = parameter("8192");

test("a parameter is looked at, set in its own words and followed to its end, through throttling and a hiccup", async () => {
  const { answer, asked } = await set(
    OLD,
    accepted,
    operation("InProgress"),
    THROTTLED,
    failure(503, "ServiceUnavailable", "", { "retry-after": "0" }),
    operation("Succeeded"),
    NEW,
  );
  expect(answer).toEqual({ outcome: "done" });
  expect(asked.map(({ method, path }) => `${method} ${path.split("/").slice(-2).join("/")}`)).toEqual([
    "GET configurations/work_mem",
    "PUT configurations/work_mem",
    ...Array.from({ length: 4 }, () => "GET azureAsyncOperation/o1"),
    "GET configurations/work_mem",
  ]);
  expect(asked[1]?.path).toBe(PATH);
  expect(asked[1]?.query.get("api-version")).toBe("2025-08-01");
  expect(JSON.parse(asked[1]?.body ?? "")).toEqual({ properties: { value: "8192", source: "user-override" } });
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(asked.map(() => undefined));
});

test("a parameter that is set at once is done", async () => {
  const { answer } = await set(OLD, NEW);
  expect(answer).toEqual({ outcome: "done" });
});

test("a parameter that an earlier attempt has set is not set again", async () => {
  const { answer, asked } = await set(NEW);
  expect(answer).toEqual({ outcome: "done" });
  expect(asked.map(({ method }) => method)).toEqual(["GET"]);
});

test.each([
  ["needs a restart", { isDynamicConfig: false }, /after a restart/],
  ["is read-only", { isReadOnly: true }, /read-only/],
  ["waits for a restart", { isConfigPendingRestart: true }, /an earlier change/],
])("a parameter that %s is refused before anything is set", async (_kind, more, because) => {
  const { answer, asked } = await set(parameter("4096", more));
  expect(answer).toEqual({ outcome: "failed", because: expect.stringMatching(because) });
  expect(asked.map(({ method }) => method)).toEqual(["GET"]);
});

test("a change that fails in the end says what Azure says", async () => {
  const reason = { error: { code: "InvalidParameterValue", message: "Allowed values are 4096-2097151." } };
  const { answer } = await set(OLD, accepted, operation("InProgress"), operation("Failed", reason));
  expect(answer).toEqual({
    outcome: "failed",
    because: "Azure gave the change up: InvalidParameterValue: Allowed values are 4096-2097151.",
  });
});

test("a change that is cancelled has failed", async () => {
  const { answer } = await set(OLD, accepted, operation("Canceled"));
  expect(answer).toEqual({ outcome: "failed", because: "Azure gave the change up: Canceled: " });
});

test("a change that outlasts the patience goes on", async () => {
  const { answer } = await set(OLD, accepted, operation("InProgress"));
  expect(answer).toEqual({ outcome: "running" });
});

/** Answers by what is asked for; the parameter has its new value from the third look on. */
function withOperation(answer: Answering): Answering {
  let looks = 0;
  return (asked, url) => {
    if (asked.path.includes("azureAsyncOperation")) return answer(asked, url);
    if (asked.method === "PUT") return accepted(asked, url);
    looks += 1;
    return looks > 2 ? NEW() : OLD();
  };
}
test.each([
  ["may not read operations", failure(403, "AuthorizationFailed", "no authorization over locations/…")],
  ["cannot find the operation", failure(404, "OperationNotFound", "gone")],
  ["is throttled for long", failure(429, "TooManyRequests", "", { "retry-after": "600" })],
  ["finds the control plane down", failure(500, "InternalServerError", "")],
])("who %s sees in the parameter itself that it was set", async (_kind, reply) => {
  const { answer } = await set(withOperation(reply));
  expect(answer).toEqual({ outcome: "done" });
});

test("who may not read operations, and sees no change, knows that it goes on", async () => {
  const { answer } = await set(OLD, accepted, failure(403, "AuthorizationFailed", "no"), OLD);
  expect(answer).toEqual({ outcome: "running" });
});

test("a link to another host is not followed: the token must not go there", async () => {
  const stranger = await azureAnswers(operation("Succeeded"));
  const { answer } = await set(
    OLD,
    () => ({ status: 202, headers: { "azure-asyncoperation": `${stranger.url}/o1`, "retry-after": "0" } }),
    NEW,
  );
  expect(answer).toEqual({ outcome: "done" });
  expect(stranger.asked).toEqual([]);
  await stranger.stop();
});

test("a redirect to another host is not followed either", async () => {
  const stranger = await azureAnswers(NEW);
  const { answer } = await set(() => ({ status: 307, headers: { location: `${stranger.url}${PATH}` } }));
  expect(answer).toMatchObject({ outcome: "failed" });
  expect(stranger.asked).toEqual([]);
  await stranger.stop();
});

test.each([
  ["busy", "busy", failure(409, "ServerIsBusy", "Server is busy."), /busy with another operation.*ServerIsBusy/],
  [
    "throttled",
    "busy",
    failure(429, "TooManyRequests", "Slow down.", { "retry-after": "600" }),
    /patience.*TooManyRequests/,
  ],
  [
    "forbidden",
    "failed",
    failure(403, "AuthorizationFailed", "The client does not have authorization"),
    /configurations\/write.*"PostgreSQL server parameters"/,
  ],
  ["unknown", "failed", failure(404, "ResourceNotFound", "not found"), /no such server or parameter/],
  [
    "wrong",
    "failed",
    failure(400, "InvalidParameterValue", "bad"),
    /Azure answered 400 \(InvalidParameterValue: bad\)/,
  ],
  ["no JSON", "busy", (): Reply => ({ status: 502, body: "<html>Bad gateway</html>" }), /Azure answered 502 \(<html>/],
])("a change that is refused as %s is %s, with what to do", async (_kind, outcome, reply, because) => {
  const { answer } = await set(OLD, reply);
  expect(answer).toEqual({ outcome, because: expect.stringMatching(because) });
});

test("an endpoint that is down is an outage, and rejects", async () => {
  const { url, stop } = await azureAnswers(OLD);
  await stop();
  await expect(platformOf(flexibleServersOf(url), PACE).setServerParameter(CHANGE)).rejects.toThrow(/ECONNREFUSED/);
});

test("without an endpoint nothing is sent, and the answer says so", async () => {
  expect(await platformOf(undefined).setServerParameter(CHANGE)).toMatchObject({ outcome: "failed" });
});

test("what is no Flexible Server is left alone", async () => {
  fake = await azureAnswers(OLD);
  const change = { ...CHANGE, resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/x" };
  expect(await platformOf(flexibleServersOf(fake.url)).setServerParameter(change)).toMatchObject({ outcome: "failed" });
  expect(fake.asked).toEqual([]);
});

const HANGING: Answering = () => new Promise<Reply>(() => {});

test("a change that Azure does not answer is an outage, and rejects when the patience ends", async () => {
  await expect(set(OLD, HANGING)).rejects.toThrow(/abort/i);
});

test("an operation that Azure does not answer for goes on", async () => {
  const { answer } = await set(OLD, accepted, HANGING);
  expect(answer).toEqual({ outcome: "running" });
});

test.each([
  ["no subscription", "/subscriptions/mine/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop"],
  [
    "a name that Azure does not give",
    "/subscriptions/5d6a2f0e-3a54-4f58-9a39-0c1d8f1d5c11/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/db",
  ],
])("what has %s is nothing that Azure is asked for", async (_kind, resourceId) => {
  fake = await azureAnswers(OLD);
  const platform = platformOf(flexibleServersOf(fake.url));
  expect(await platform.setServerParameter({ ...CHANGE, resourceId })).toMatchObject({ outcome: "failed" });
  expect(await platform.readResource(resourceId)).toBeNull();
  expect(fake.asked).toEqual([]);
});
