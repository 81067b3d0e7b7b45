// The log of a watched server, asked for in Log Analytics, against answers of the shapes that it gives, good and bad.
import { afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { readLog as ReadLog } from "../../../functions/read-log.ts";
import type { Server } from "../../../shared/contracts/server.ts";
import { serverLogsOf } from "../../../shared/adapters/server-logs.ts";
import { type Asked, type Fake, type Reply, startFake } from "../../support/http-fake.ts";

const RESOURCE =
  "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/data/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop-db";
const TO = new Date();
const WINDOW = { resourceId: RESOURCE, from: new Date(TO.getTime() - 3_600_000), to: TO };
const COLUMNS = [
  { name: "TimeGenerated", type: "datetime" },
  { name: "ErrorLevel", type: "string" },
  { name: "Message", type: "string" },
  { name: "ProcessId", type: "long" },
  { name: "SqlErrorCode", type: "string" },
];
const at = (minutesAgo: number): string => new Date(TO.getTime() - minutesAgo * 60_000).toISOString();
/** As a Flexible Server writes them: the message repeats the prefix `%t-%c-`. */
const message = (minutesAgo: number, level: string, text: string, sqlState = "00000"): unknown[] => {
  const time = at(minutesAgo).replace("T", " ").slice(0, 19);
  return [at(minutesAgo), level, `${time} UTC-6921a3f1.6c1-${level}:  ${text}`, 1729, sqlState];
};
/** The newest first, as the query asks. */
const ROWS = [
  message(1, "ERROR", 'duplicate key value violates unique constraint "orders_pkey"', "23505"),
  message(2, "LOG", "checkpoint starting: time"),
  message(3, "FATAL", "sorry, too many clients already", "53300"),
  message(4, "FATAL", "sorry, too many clients already", "53300"),
  message(
    5,
    "LOG",
    "duration: 5123.001 ms  execute <unnamed>: select * from customers where email = 'ann@contoso.example'",
  ),
];
const answered =
  (rows: unknown[], more: object = {}) =>
  (): Reply => ({
    status: 200,
    body: { tables: [{ name: "PrimaryResult", columns: COLUMNS, rows }], ...more },
  });
const refusing = (status: number, code: string) => (): Reply => ({
  status,
  body: { error: { code, message: `${code}.` } },
});

let fake: Fake;
let reply: (asked: Asked) => Reply | Promise<Reply>;
let readLog: typeof ReadLog;
beforeAll(async () => {
  fake = await startFake((asked) => reply(asked));
  Object.assign(process.env, {
    COSMOS_ENDPOINT: "http://127.0.0.1:1",
    COSMOS_KEY: "k",
    ServiceBus: "Endpoint=sb://127.0.0.1",
  });
  process.env["LOGS_ENDPOINT"] = fake.url;
  ({ readLog } = await import("../../../functions/read-log.ts"));
  return fake.stop;
});
afterEach(() => {
  fake.asked.length = 0;
});

const SERVER: Server = {
  serverId: "shop",
  displayName: "Shop",
  resourceId: RESOURCE,
  environment: "production",
  tier: "standard",
  enabled: true,
  vCores: 2,
  mayScale: false,
  detection: true,
  schemas: ["public"],
  connection: { kind: "url", urlSetting: "SHOP_URL" },
  registeredAt: at(1_000),
};

test("it is asked for at the server itself, within the window, and comes with the oldest message first", async () => {
  reply = answered(ROWS);
  const read = await serverLogsOf(fake.url).newest(WINDOW);
  expect(read).toMatchObject({ ok: true, isCut: false });
  expect(read.ok ? read.rows.map(({ TimeGenerated }) => TimeGenerated) : []).toEqual([5, 4, 3, 2, 1].map(at));
  const [asked] = fake.asked;
  expect(asked).toMatchObject({ method: "POST", path: `/v1${RESOURCE}/query` });
  expect(asked?.headers.authorization).toBeUndefined();
  const body = z.object({ query: z.string(), timespan: z.string() }).parse(JSON.parse(asked?.body ?? ""));
  expect(body.timespan).toBe(`${WINDOW.from.toISOString()}/${WINDOW.to.toISOString()}`);
  expect(body.query).toContain("PGSQLServerLogs");
  expect(body.query).toContain('Category == "PostgreSQLLogs"');
});

test("it is triaged: findings by severity, counted, with no value that a message quotes", async () => {
  reply = answered(ROWS);
  const read = await readLog(SERVER, { minutes: 30 });
  if (read.outcome !== "answered") throw new Error(read.because);
  expect(read.rows[0]).toMatchObject({ severity: "critical", count: 2, first: at(4), last: at(3) });
  const text = JSON.stringify(read.rows);
  expect(text).toContain("select * from customers where email = ");
  expect(text).not.toContain("ann@contoso.example");
  expect(read.nextActions.map(({ actionId }) => actionId)).toContain("activity");
});

test("an answer that Azure cut off half-way is what it is, and says so", async () => {
  reply = answered(ROWS.slice(0, 2), { error: { code: "PartialError", message: "The result is too large." } });
  expect(await serverLogsOf(fake.url).newest(WINDOW)).toMatchObject({ ok: true, isCut: true });
});

test("a quiet server has no findings, and an empty answer is no failure", async () => {
  reply = answered([]);
  expect(await readLog(SERVER, {})).toMatchObject({ outcome: "answered", rows: [], rowCount: 0 });
});

test("a refusal says what to do", async () => {
  const because = async (status: number, code: string): Promise<string> => {
    reply = refusing(status, code);
    const read = await serverLogsOf(fake.url).newest(WINDOW);
    return read.ok ? "" : read.because;
  };
  expect(await because(403, "InsufficientAccessError")).toMatch(/Monitoring Reader.*InsufficientAccessError/);
  expect(await because(400, "BadArgumentError")).toMatch(/diagnostic setting/);
  expect(await because(404, "PathNotFoundError")).toMatch(/no such server/);
  expect(await because(500, "InternalServerError")).toMatch(/InternalServerError/);
});

test("throttling is waited out where the wait is short, and told where it is long", async () => {
  let times = 0;
  reply = () => {
    times += 1;
    return times === 1 ? { status: 429, body: {}, headers: { "retry-after": "0" } } : answered(ROWS)();
  };
  expect(await serverLogsOf(fake.url).newest(WINDOW)).toMatchObject({ ok: true });
  reply = () => ({
    status: 429,
    body: { error: { code: "ThrottledError", message: "Wait." } },
    headers: { "retry-after": "600" },
  });
  expect(await serverLogsOf(fake.url).newest(WINDOW)).toMatchObject({
    ok: false,
    because: expect.stringMatching(/patience/) as string,
  });
});

test("a window that makes no sense is refused before anybody is asked", async () => {
  for (const parameters of [{ minutes: 0 }, { minutes: 1e6 }, { query: "drop" }])
    expect(await readLog(SERVER, parameters)).toMatchObject({ outcome: "refused" });
  expect(fake.asked).toEqual([]);
});

test("without an endpoint it is not read, and the reason names the setting", async () => {
  expect(await serverLogsOf(undefined).newest(WINDOW)).toMatchObject({
    ok: false,
    because: expect.stringMatching(/LOGS_ENDPOINT/) as string,
  });
});
