import fx from "@azure/functions";
import * as df from "durable-functions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { startHost, type Host } from "../../../infra/local/host/host.ts";
import { readRecording } from "./support/recording.ts";

const recording = z
  .object({ parsed: z.record(z.string(), z.unknown()), createHttpManagementPayload: z.record(z.string(), z.string()) })
  .parse(readRecording("client-binding"));

let host: Host;

beforeAll(async () => {
  const app = await collectApp(() => {
    df.app.orchestration("echo", function* (context) {
      const event: unknown = yield context.df.waitForExternalEvent("go");
      return { input: context.df.getInput(), event };
    });
    fx.app.http("binding", {
      extraInputs: [df.input.durableClient()],
      handler: (_request, context) => ({
        jsonBody: context.extraInputs.get(context.options.extraInputs[0]?.name ?? ""),
      }),
    });
    fx.app.http("payload", {
      extraInputs: [df.input.durableClient()],
      handler: (_request, context) => ({ jsonBody: df.getClient(context).createHttpManagementPayload("some-id") }),
    });
    fx.app.http("round", {
      extraInputs: [df.input.durableClient()],
      handler: async (_request, context) => {
        const client = df.getClient(context);
        const id = await client.startNew("echo", { input: { a: 1 } });
        await client.raiseEvent(id, "go", { b: 2 });
        const done = await client.waitForCompletionOrCreateCheckStatusResponse(_request, id, {
          timeoutInMilliseconds: 5000,
          retryIntervalInMilliseconds: 50,
        });
        const status = await client.getStatus(id);
        const purged = await client.purgeInstanceHistory(id);
        return { jsonBody: { output: await done.json(), status: status.runtimeStatus, purged } };
      },
    });
  });
  host = await startHost({ app, port: 0, stateFolder: ":memory:", taskHub: "TraceHub", log: () => undefined });
});

afterAll(() => host.stop());

async function call(name: string): Promise<unknown> {
  return (await fetch(`${host.origin}/api/${name}`)).json();
}

/** Origins and the key's name differ; everything else is the same. */
const comparable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(/https?:\/\/127\.0\.0\.1:\d+/g, "<origin>")
      .replaceAll(/code=(SYSTEM_KEY|local)/g, "code=<key>")
      .replaceAll(/mg1795177794476-1|some-id/g, "<id>"),
  ) as unknown;

test("the durable client binding delivers what the real host's delivers", async () => {
  expect(comparable(await call("binding"))).toEqual(comparable(recording.parsed));
});

test("createHttpManagementPayload makes the same links of it, from the package's own default origin", async () => {
  const links = z.record(z.string(), z.string()).parse(await call("payload"));
  const paths = (all: Record<string, string>) =>
    Object.fromEntries(Object.entries(all).map(([name, link]) => [name, link.replace(/^https?:\/\/[^/]+/, "")]));
  expect(comparable(paths(links))).toEqual(comparable(paths(recording.createHttpManagementPayload)));
});

test("the SDK's client starts, raises, waits, reads and purges through the binding", async () => {
  expect(await call("round")).toEqual({
    output: { input: { a: 1 }, event: { b: 2 } },
    status: "Completed",
    purged: { instancesDeleted: 1 },
  });
});
