import { setTimeout as sleep } from "node:timers/promises";
import fx from "@azure/functions";
import * as df from "durable-functions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { startHost, type Host } from "../../../infra/local/host/host.ts";
import { Exchange, sendRequest, shownBody, shownHeaders } from "./support/exchange.ts";
import { normalise } from "./support/normalise.ts";
import { readRecording } from "./support/recording.ts";

const recording = z.object({ exchanges: z.array(Exchange) }).parse(readRecording("management-api"));

/** Exchanges that our host answers differently, and why. */
const LEFT_OUT: readonly [RegExp, string][] = [
  [/^status (no|wrong|host) key$/, "keys are not checked locally"],
  [/^list, top=2/, "the recording's store held other scenarios; the paging test below has its own"],
  [/^list, entities prefix/, "entities are not supported locally"],
  [/^resume$/, "there the suspension before had not taken effect yet; ours takes effect at once"],
];

const PREFIX = "mg1795177794476";
let host: Host;

function registerRecordedFunctions(): void {
  df.app.orchestration("hello", function* (context) {
    yield* [];
    return `hello ${String(context.df.getInput())}`;
  });
  df.app.orchestration("longRunning", function* (context) {
    yield context.df.waitForExternalEvent("finish");
    return `finished ${JSON.stringify(context.df.getInput())}`;
  });
  // eslint-disable-next-line require-yield
  df.app.orchestration("throws", function* () {
    throw new Error("orchestrator failed on purpose");
  });
  fx.app.http("check", {
    route: "check/{id}",
    methods: ["GET"],
    extraInputs: [df.input.durableClient()],
    handler: (request, context) => df.getClient(context).createCheckStatusResponse(request, request.params["id"] ?? ""),
  });
}

beforeAll(async () => {
  const app = await collectApp(registerRecordedFunctions);
  host = await startHost({ app, port: 0, stateFolder: ":memory:", taskHub: "TraceHub", log: () => undefined });
  for (let index = 0; index < 5; index += 1) host.engine.commands.start("hello", `"n${index}"`, `${PREFIX}-${index}`);
  host.engine.commands.start("longRunning", "1", `${PREFIX}-long`);
  host.engine.commands.start("throws", null, "orchestrator-throws-b");
  await sleep(200);
});

afterAll(() => host.stop());

for (const { name, request, response } of recording.exchanges) {
  if (LEFT_OUT.some(([pattern]) => pattern.test(name))) continue;
  test(`management API, ${name}: as the real host answered`, async () => {
    const answer = await sendRequest(host.origin, request);
    await sleep(20); // what was asked for takes effect before the next request, as between the recorder's
    expect({
      status: answer.status,
      headers: comparable(shownHeaders(Object.entries(answer.headers))),
      body: comparable(cutList(shownBody(answer.body))),
    }).toEqual({
      status: response.status,
      headers: comparable(shownHeaders(response.headers)),
      body: comparable(response.body),
    });
  });
}

/** The recorder kept three items of a long list. */
function cutList(body: unknown): unknown {
  const isList = (value: unknown): value is unknown[] => Array.isArray(value);
  return isList(body) && body.length > 3 ? [...body.slice(0, 3), { "…": `${body.length} items in all` }] : body;
}

function comparable(value: unknown): unknown {
  const text = JSON.stringify(normalise(value))
    .replaceAll(/code=(SYSTEM_KEY|local)/g, "code=<key>")
    .replaceAll(/"instancesDeleted":\d+/g, '"instancesDeleted":"<count>"');
  return JSON.parse(text) as unknown;
}

test("a list is read page by page with the continuation token", async () => {
  const ids: string[] = [];
  let token: string | null = "";
  for (let page = 0; token !== null && page < 20; page += 1) {
    const headers: Record<string, string> = token === "" ? {} : { "x-ms-continuation-token": token };
    const url = `${host.origin}/runtime/webhooks/durabletask/instances?top=2`;
    const response = await fetch(url, { headers });
    const items = z.array(z.object({ instanceId: z.string() })).parse(await response.json());
    expect(items.length).toBeLessThanOrEqual(2);
    ids.push(...items.map((item) => item.instanceId));
    token = response.headers.get("x-ms-continuation-token");
  }
  expect(ids).toEqual(host.engine.commands.instances().map((instance) => instance.instanceId));
  expect(new Set(ids).size).toBe(ids.length);
});
