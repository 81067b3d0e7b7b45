import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { startProcess, temporaryFolder, type Service } from "../../support/process.ts";
import { normalise } from "./support/normalise.ts";
import { readRecording } from "./support/recording.ts";

const HOST = "infra/local/host/main.ts";
let folder: ReturnType<typeof temporaryFolder>;
let started: Service[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, "marks"), "");
});

afterEach(async () => {
  await Promise.all(started.map((service) => service.kill()));
  started = [];
  folder.remove();
});

const marks = (): string[] => readFileSync(join(folder.path, "marks"), "utf8").split("\n").filter(Boolean);

async function startApp(env: Record<string, string> = {}): Promise<Service> {
  const service = await startProcess(HOST, {
    PGMEDIC_HOST_PORT: "0",
    PGMEDIC_HOST_STATE: join(folder.path, "state"),
    PGMEDIC_HOST_ENTRY: "test/integration/host/support/kill-app.ts",
    MARKS_FILE: join(folder.path, "marks"),
    ...env,
  });
  started.push(service);
  return service;
}

const api = (service: Service, path: string): string =>
  `http://127.0.0.1:${service.port}/runtime/webhooks/durabletask/${path}`;

const Status = z.object({ runtimeStatus: z.string(), output: z.unknown() });

async function waitForEnd(service: Service, id: string): Promise<z.infer<typeof Status>> {
  for (let tries = 0; tries < 200; tries += 1) {
    const status = Status.parse(await (await fetch(api(service, `instances/${id}`))).json());
    if (!["Running", "Pending"].includes(status.runtimeStatus)) return status;
    await sleep(50);
  }
  throw new Error(`${id} did not end.`);
}

test("SIGTERM closes the port at once, lets the request in flight use its client, runs appTerminate and exits with 0", async () => {
  const service = await startApp();
  await fetch(api(service, "orchestrators/counter/i1"), { method: "POST", body: '{"left":0}' });
  await waitForEnd(service, "i1");
  const inFlight = fetch(`http://127.0.0.1:${service.port}/api/wait/1000?id=i1`);
  await sleep(200);
  const exit = service.stop();
  await sleep(100);
  await expect(fetch(`http://127.0.0.1:${service.port}/api/wait/1`)).rejects.toThrow();
  expect(await (await inFlight).json()).toEqual({ waited: "1000", status: "Completed" });
  expect(await exit).toBe(0);
  expect(marks()).toEqual(["hook start", "work i1-0", "hook terminated"]);
});

test("an activity that runs at SIGTERM is finished and counted, and the next start completes the orchestration", async () => {
  const recorded = z
    .object({ finalStatus: z.object({ body: z.unknown() }) })
    .parse(readRecording("host-restart-during-activity"));
  const before = await startApp();
  await fetch(api(before, "orchestrators/slow/s1"), { method: "POST" });
  await sleep(400);
  expect(await before.stop()).toBe(0);
  const after = await startApp();
  expect(await waitForEnd(after, "s1")).toMatchObject({ runtimeStatus: "Completed", output: { key: "s1-slow" } });
  expect(marks().filter((each) => each.startsWith("work"))).toEqual(["work s1-slow"]);
  const history = await (await fetch(api(after, "instances/s1?showHistory=true"))).json();
  expect(eventTypes(history)).toEqual(eventTypes(recorded.finalStatus.body));
});

const eventTypes = (status: unknown): unknown =>
  z
    .object({ historyEvents: z.array(z.object({ EventType: z.string() })) })
    .parse(normalise(status))
    .historyEvents.map((event) => event.EventType);

test("an unhandled rejection is logged and ends the host with a code other than 0", async () => {
  const service = await startApp();
  await fetch(`http://127.0.0.1:${service.port}/api/reject`).catch(() => undefined);
  await sleep(300);
  expect(await service.stop()).toBe(1);
  expect(service.errors()).toMatch(/critical host: Unhandled rejection: Error: floating/);
});

test("a port in use is named, with the setting that changes it", async () => {
  const blocker = createServer().listen(0, "127.0.0.1");
  await once(blocker, "listening");
  const { port } = blocker.address() as AddressInfo; // a TCP server has a port
  await expect(startApp({ PGMEDIC_HOST_PORT: String(port) })).rejects.toThrow(
    new RegExp(`port ${port} is in use.*PGMEDIC_HOST_PORT`),
  );
  blocker.close();
});

test("a missing entry file and a state folder in use are explained", async () => {
  await expect(startApp({ PGMEDIC_HOST_ENTRY: "dist/nowhere.js" })).rejects.toThrow(/Build the app first/);
  await startApp();
  await expect(startApp()).rejects.toThrow(/another Functions host/);
});
