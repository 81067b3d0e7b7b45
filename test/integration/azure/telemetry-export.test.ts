// Whatever becomes of the endpoint, whoever tells something neither waits nor fails.
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { context, propagation } from "@opentelemetry/api";
import { afterEach, expect, test } from "vitest";
import {
  count,
  inSpan,
  recordSeconds,
  logLine,
  recordSpan,
  tellLater,
  tellTo,
} from "../../../shared/adapters/telemetry.ts";
import { startExport, type TelemetryExport } from "../../../shared/adapters/telemetry-export.ts";
import { traceparentOf } from "../../../shared/core/trace.ts";
import { startPlatform } from "../../chaos/support/platform.ts";
import { connectionStringOf, type Insights, startInsights } from "../../support/insights.ts";
import { runTool } from "../../support/run-tool.ts";

let exporting: TelemetryExport | undefined;
let insights: Insights | undefined;
afterEach(async () => {
  tellTo(null);
  await exporting?.stop(0);
  await insights?.stop();
  exporting = insights = undefined;
});

/** Does a thousand steps with a statement each, as fast as they go; in milliseconds. */
async function work(): Promise<number> {
  const startedAt = performance.now();
  for (let step = 0; step < 1_000; step += 1) {
    await inSpan("step investigate", {}, () =>
      inSpan("sql activity", { kind: "client" }, async () => {
        count("pgmedic.proposals", { cause: "missing_index" });
        recordSeconds("pgmedic.time_to_proposal", 1);
        logLine({ level: "information", body: "a line", attributes: {}, at: new Date() });
      }),
    );
  }
  return performance.now() - startedAt;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const wish = (connectionString: string) => ({ connectionString, zone: "runner", instanceId: "one" });

test.each(["hanging", "failing", "absent"] as const)(
  "an endpoint that is %s costs the work nothing, and the end no more than it was given",
  async (manner) => {
    insights = manner === "absent" ? undefined : await startInsights(manner);
    exporting = await startExport(wish(insights?.connectionString ?? connectionStringOf(await freePort())));
    tellTo(exporting);
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on("unhandledRejection", note);
    const tookMs = await work();
    const stoppedAt = performance.now();
    await exporting.stop(1_000);
    const stopMs = performance.now() - stoppedAt;
    process.off("unhandledRejection", note);
    console.log(`${manner}: 1,000 steps in ${tookMs.toFixed(0)} ms, stopped in ${stopMs.toFixed(0)} ms`);
    expect(rejections).toEqual([]);
    expect(tookMs / 1_000).toBeLessThan(2);
    expect(stopMs).toBeLessThan(1_500);
    // What comes afterwards goes nowhere, and harms nothing.
    await expect(inSpan("step close", {}, async () => "done")).resolves.toBe("done");
  },
);

test("a run that is started within a span belongs to the span's trace: the request to the host says so", async () => {
  insights = await startInsights();
  tellTo((exporting = await startExport(wish(insights.connectionString))));
  const headers: Record<string, string> = {};
  await inSpan("receive trigger", { traceparent: traceparentOf("inc-1") }, async () =>
    propagation.inject(context.active(), headers),
  );
  await exporting.stop(5_000);
  const [span] = insights.envelopes();
  const { id } = span?.data.baseType === "RemoteDependencyData" ? span.data.baseData : { id: "" };
  expect(headers).toEqual({ traceparent: `00-${traceparentOf("inc-1").split("-")[1]}-${id}-01` });
});

test("a connection string that is none is refused when the export starts", async () => {
  await expect(startExport(wish("nonsense"))).rejects.toThrow(/instrumentation key/i);
  await expect(startExport(wish("InstrumentationKey=1;IngestionEndpoint=http://127.0.0.1:1/"))).rejects.toThrow(
    /instrumentation key/i,
  );
});

test("what is told before the exporter is there arrives, with its times, its failure and the root of its trace", async () => {
  insights = await startInsights();
  tellLater();
  const traceparent = traceparentOf("inc-early");
  const [, traceId, rootId] = traceparent.split("-");
  const startedAt = new Date(Date.now() - 2_000);
  recordSpan("POST /api/alerts", { traceparent, kind: "server", isRoot: true, startedAt });
  const failure = Object.assign(new Error("quotes a value"), { code: "42P01" });
  await expect(inSpan("step verify", { traceparent }, () => Promise.reject(failure))).rejects.toBe(failure);
  count("pgmedic.alerts.received", { disposition: "opened" });
  exporting = await startExport(wish(insights.connectionString));
  tellTo(exporting);
  await exporting.stop(5_000);
  const envelopes = insights.envelopes();
  const told = envelopes.map(({ tags, data }) => ({ ...data.baseData, ...tags }));
  expect(told).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "POST /api/alerts", id: rootId, "ai.operation.id": traceId }),
      expect.objectContaining({
        name: "step verify",
        success: false,
        properties: { "pgmedic.error": "42P01" },
        "ai.operation.id": traceId,
        "ai.operation.parentId": rootId,
      }),
      expect.objectContaining({
        metrics: [expect.objectContaining({ name: "pgmedic.alerts.received", value: 1 })],
        properties: { disposition: "opened" },
      }),
    ]),
  );
  expect(insights.text()).not.toContain("quotes a value");
  const root = told.find((entry) => "id" in entry && entry.id === rootId);
  expect(root).toMatchObject({ duration: expect.stringMatching(/^00:00:0[2-9]/) });
});

test("a thousand entries are kept for an exporter that is late, and no more", async () => {
  insights = await startInsights();
  tellLater();
  for (let entry = 0; entry < 5_000; entry += 1) recordSpan("step close", {});
  exporting = await startExport(wish(insights.connectionString));
  tellTo(exporting);
  await exporting.stop(5_000);
  expect(insights.envelopes()).toHaveLength(1_000);
});

test("nobody but the endpoint is spoken to, for longer than the exporter waits with its own questions", async () => {
  insights = await startInsights();
  const script = `
    const { startExport } = await import("./shared/adapters/telemetry-export.ts");
    const exporting = await startExport({ connectionString: process.env.INSIGHTS, zone: "runner", instanceId: "one" });
    exporting.count("pgmedic.approvals", { verdict: "skip" });
    await new Promise((resolve) => setTimeout(resolve, 17_000));
    await exporting.stop(1_000);`;
  const env = {
    INSIGHTS: insights.connectionString,
    HTTPS_PROXY: `http://127.0.0.1:${insights.port}`,
    NO_PROXY: "127.0.0.1",
  };
  const { code, output } = await runTool(["--input-type=module", "--eval", script], { env });
  expect({ code, output }).toEqual({ code: 0, output: "" });
  expect(insights.envelopes()).toHaveLength(1);
  expect(insights.strays()).toEqual([]);
}, 40_000);

test("an app with an endpoint that hangs works and ends in time, and one with a connection string that is none says so", async () => {
  insights = await startInsights("hanging");
  const tookMs: number[] = [];
  for (const [connectionString, said] of [
    [insights.connectionString, ""],
    ["nonsense", "look at APPLICATIONINSIGHTS_CONNECTION_STRING"],
  ] as const) {
    const platform = await startPlatform({ APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString });
    try {
      expect((await platform.call("GET", "api/incidents")).status).toBe(200);
      expect(platform.log()).toContain(said);
      const endedAt = performance.now();
      await platform.stopGently("host");
      tookMs.push(performance.now() - endedAt);
    } finally {
      await platform.stop();
    }
  }
  const [hangingMs = Number.NaN, withoutMs = Number.NaN] = tookMs;
  console.log(
    `ended in ${hangingMs.toFixed(0)} ms with an endpoint that hangs, in ${withoutMs.toFixed(0)} ms without one`,
  );
  expect(hangingMs - withoutMs).toBeLessThan(4_000);
}, 60_000);
