import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runInThisContext } from "node:vm";
import fx, { type HttpFunctionOptions } from "@azure/functions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { collectApp } from "../../../infra/local/host/functions-core.ts";
import { startHost, type Host } from "../../../infra/local/host/host.ts";
import { Exchange, sendRequest, shownBody, shownHeaders } from "./support/exchange.ts";
import { normalise } from "./support/normalise.ts";
import { readRecording } from "./support/recording.ts";

const Recording = z.object({
  helper: z.string(),
  definitions: z.record(z.string(), z.string()),
  exchanges: z.array(z.looseObject({ name: z.string() })),
});
const recording = Recording.parse(readRecording("http"));

/** Exchanges that our host answers differently, or that another test plays, and why. */
const LEFT_OUT: readonly [RegExp, string][] = [
  [/^root$/, "the real host has a welcome page of its own"],
  [/^(keyed|admin level): |^route starting with admin/, "keys are not checked locally"],
  [/^admin: /, "of the admin API only what local tools use"],
  [/unhandled rejection|crash/, "lifecycle.test.ts"],
  [/^Expect: |^client aborts/, "raw sockets, no function behaviour"],
  [/^body of (30 MB|exactly)|^body over the limit/, "the two neighbours of the limit are enough"],
];

let host: Host;

beforeAll(async () => {
  const app = await collectApp(() => {
    const names = Object.keys(recording.definitions).filter((name) => name !== "h_adminLevel");
    for (const name of names) fx.app.http(name, compileDefinition(recording.definitions[name] ?? ""));
  });
  host = await startHost({ app, port: 0, stateFolder: ":memory:", log: () => undefined });
});

afterAll(() => host.stop());

/** The setting holds for a whole process, so it has one of its own. */
const STREAMING_APP = `
  import { collectApp } from "./infra/local/host/functions-core.ts";
  import fx from "@azure/functions";
  await collectApp(() => {
    fx.app.setup({ enableHttpStream: true });
    fx.app.http("any", { handler: () => ({}) });
  }).catch((error) => console.log(error.message));
  process.exit(0);
`;

/** The recorded handlers may use the recorder's two helpers. */
function compileDefinition(source: string): HttpFunctionOptions {
  const build = runInThisContext(`(sleep, Buffer) => { ${recording.helper}; return (${source}); }`) as (
    ...helpers: unknown[]
  ) => HttpFunctionOptions; // the text says so
  return build(sleep, Buffer);
}

/** The recorder noted long or binary bodies by their length. */
function bodyBytes({ name, request }: Exchange): Buffer | undefined {
  if (name === "gzip content-encoding request") return Buffer.from([0x1f, 0x8b, 8, 0]);
  const length = /^\((\d+) bytes\)$/.exec(request.body ?? "")?.[1];
  return length === undefined ? undefined : Buffer.alloc(Number(length), "x");
}

const playable = recording.exchanges.filter(({ name }) => !LEFT_OUT.some(([pattern]) => pattern.test(name)));

test("most of the recorded requests are played", () => {
  expect(playable.length).toBeGreaterThanOrEqual(78);
});

for (const each of playable) {
  test(`HTTP, ${each.name}: as the real host answered`, async () => {
    const exchange = Exchange.parse(each);
    const answer = await sendRequest(host.origin, exchange.request, bodyBytes(exchange));
    const recorded = exchange.response;
    expect({
      status: answer.status,
      headers: shownHeaders(Object.entries(answer.headers)),
      body: comparable(shownBody(answer.body)),
    }).toEqual({
      status: recorded.status,
      headers: shownHeaders(recorded.headers),
      body: comparable(recorded.body),
    });
  });
}

/** Ports and invocation ids differ from run to run. */
function comparable(body: unknown): unknown {
  const text = JSON.stringify(normalise(body)) ?? "";
  return text.replaceAll(/127\.0\.0\.1:\d+/g, "<host>").replaceAll("http://<host>", "<origin>");
}

test("a route that begins with admin is refused when the app is loaded", async () => {
  const app = await collectApp(() => fx.app.http("mine", { route: "administration", handler: () => ({}) }));
  const start = startHost({ app, port: 0, stateFolder: ":memory:", log: () => undefined });
  await expect(start).rejects.toThrow(/conflicts with the host's own routes/);
});

test("an output binding is refused when the app is loaded", async () => {
  const app = await collectApp(() =>
    fx.app.http("sends", {
      extraOutputs: [fx.output.serviceBusQueue({ queueName: "q", connection: "SB" })],
      handler: () => ({}),
    }),
  );
  const start = startHost({ app, port: 0, stateFolder: ":memory:", log: () => undefined });
  await expect(start).rejects.toThrow(/"serviceBus", which is not supported locally/);
});

test("an app that turns enableHttpStream on is refused", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", STREAMING_APP], {
    cwd: fileURLToPath(new URL("../../../", import.meta.url)),
  });
  expect(stdout).toContain("enableHttpStream is not supported locally");
});

test("a literal route wins over a parameter, and a parameter over the rest", async () => {
  const answer = (body: string) => () => ({ body });
  const app = await collectApp(() => {
    fx.app.http("rest", { route: "a/{*rest}", handler: answer("rest") });
    fx.app.http("parameter", { route: "a/{id}", handler: answer("parameter") });
    fx.app.http("literal", { route: "a/b", handler: answer("literal") });
  });
  const other = await startHost({ app, port: 0, stateFolder: ":memory:", log: () => undefined });
  try {
    const read = async (path: string) => (await fetch(`${other.origin}/api/${path}`)).text();
    expect([await read("a/b"), await read("a/c"), await read("a/c/d")]).toEqual(["literal", "parameter", "rest"]);
  } finally {
    await other.stop();
  }
});
