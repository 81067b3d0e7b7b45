// `GET /api/health` is for anybody: it says whether, and to nobody why.
import { createServer } from "node:net";
import { HttpRequest } from "@azure/functions";
import { afterEach, expect, test, vi } from "vitest";
import { COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import { Health } from "../../../shared/contracts/api.ts";
import { temporaryFolder } from "../../support/process.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  vi.resetModules();
  for (const stop of stops.splice(0)) await stop();
});

/** The app's answer with its documents at an address, in a process that has just started. */
async function healthAt(endpoint: string) {
  Object.assign(process.env, { COSMOS_ENDPOINT: endpoint, COSMOS_KEY });
  const { health } = await import("../../../functions/health.ts");
  const said: string[] = [];
  const context = { warn: (text: unknown) => void said.push(String(text)) };
  const request = new HttpRequest({ url: "http://localhost/api/health", method: "GET" });
  return async () => {
    const { status, body } = await health(request, context);
    return { status, text: typeof body === "string" ? body : "", said };
  };
}

async function aCosmos() {
  const folder = temporaryFolder();
  const cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  stops.push(() => folder.remove());
  return cosmos;
}

test("while the documents answer it is well, and they are not asked for every caller", async () => {
  const cosmos = await aCosmos();
  const ask = await healthAt(cosmos.endpoint);
  expect(await ask()).toMatchObject({ status: 200, said: [] });
  await cosmos.stop();
  for (let asked = 0; asked < 50; asked += 1) expect((await ask()).status).toBe(200);
  const now = performance.now() + 6_000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const { status, text } = await ask();
  expect(status).toBe(503);
  expect(Health.parse(JSON.parse(text)).dependencies).toMatchObject([{ name: "documents", ok: false }]);
});

test("what a failure says goes into the log, and not to whoever asks", async () => {
  const cosmos = await aCosmos();
  stops.push(() => cosmos.stop());
  process.env["COSMOS_DATABASE"] = "of-somebody-else";
  const ask = await healthAt(cosmos.endpoint);
  const { status, text, said } = await ask();
  delete process.env["COSMOS_DATABASE"];
  expect(status).toBe(503);
  expect(JSON.parse(text)).toEqual({
    status: "degraded",
    dependencies: [{ name: "documents", ok: false, detail: "not reachable" }],
  });
  expect(said).toEqual([expect.stringMatching(/^documents cannot be reached: .*404/)]);
});

test("documents that take a connection and say nothing are not waited for", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  stops.push(() => silent.close());
  const address = silent.address();
  const ask = await healthAt(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  const begun = Date.now();
  const { status, text } = await ask();
  expect(Date.now() - begun).toBeLessThan(4_000);
  expect([status, Health.parse(JSON.parse(text)).dependencies[0]?.detail]).toEqual([503, "no answer in time"]);
});
