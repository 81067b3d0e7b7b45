import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, afterEach, expect, test } from "vitest";
import { z } from "zod";
import { isAlive } from "../../../infra/local/postgres/orphan.ts";
import { ServerRegistration } from "../../../shared/contracts/server.ts";
import { startCluster } from "../../support/postgres.ts";
import { temporaryFolder } from "../../support/process.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = temporaryFolder();
chmodSync(folder.path, 0o711);
const state = join(folder.path, "state");
const FREE_PORTS = Object.fromEntries(
  ["FRONT", "HOST", "POSTGRES", "COSMOS", "SERVICE_BUS", "BLOB", "MONITOR", "WORKLOAD"].map((name) => [
    `PGMEDIC_${name}_PORT`,
    "0",
  ]),
);
const RunFile = z.object({ children: z.record(z.string(), z.object({ pid: z.number() })) });
const Secrets = z.object({ postgres: z.string(), frontProof: z.string() });
const running: ChildProcess[] = [];

function run(entry: string, flags: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(root, "infra/local", entry), ...flags],
    {
      cwd: root,
      env: {
        ...process.env,
        ...FREE_PORTS,
        PGMEDIC_STATE: state,
        PGMEDIC_HOST_ENTRY: join(root, "test/support/tiny-app.ts"),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  running.push(child);
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output.text += chunk.toString()));
  const ended = once(child, "exit").then(() => child.exitCode);
  return { child, output, ended };
}

async function until(condition: () => boolean | Promise<boolean>, what: () => string, withinMs = 60_000) {
  for (const end = Date.now() + withinMs; !(await condition());) {
    if (Date.now() > end) throw new Error(`it did not happen in time:\n${what()}`);
    await sleep(50);
  }
}

async function started(flags: string[] = [], env: Record<string, string> = {}) {
  const cloud = run("start.ts", flags, env);
  const isSettled = () => /is ready after/.test(cloud.output.text) || cloud.child.exitCode !== null;
  await until(isSettled, () => cloud.output.text, 90_000);
  if (cloud.child.exitCode !== null) throw new Error(cloud.output.text);
  return cloud;
}

const pids = (): Record<string, number> => {
  const { children } = RunFile.parse(JSON.parse(readFileSync(join(state, "run.json"), "utf8")));
  return Object.fromEntries(Object.entries(children).map(([name, { pid }]) => [name, pid]));
};
const postmaster = (): number => Number(readFileSync(join(state, "postgres/postmaster.pid"), "utf8").split("\n")[0]);
const calls = () => {
  const Call = z.object({
    method: z.string(),
    path: z.string(),
    proof: z.string().nullable(),
    body: z.string(),
    settings: z.array(z.string()),
  });
  return readFileSync(join(state, "calls.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => Call.parse(JSON.parse(line)));
};

async function ordersInShop(): Promise<number> {
  const [, , , port] = readFileSync(join(state, "postgres/postmaster.pid"), "utf8").split("\n");
  const { postgres } = Secrets.parse(JSON.parse(readFileSync(join(state, "secrets.json"), "utf8")));
  const client = new pg.Client({ connectionString: `postgres://postgres:${postgres}@127.0.0.1:${port}/shop` });
  await client.connect();
  const { rows } = await client.query<{ n: number }>("select count(*)::int as n from orders");
  await client.end();
  return rows[0]?.n ?? 0;
}

function expectNothingLeft(before: Record<string, number>, server: number) {
  expect(Object.entries(before).filter(([, pid]) => isAlive(pid))).toEqual([]);
  expect(isAlive(server)).toBe(false);
  expect(existsSync(join(state, "run.json"))).toBe(false);
  expect(existsSync(join(state, "postgres/postmaster.pid"))).toBe(false);
}

afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
});
afterAll(() => folder.remove());

test("a first start loads the shop, registers it and shows the dashboard; Ctrl-C leaves no process and no lock", async () => {
  const cloud = await started();
  expect(cloud.output.text).toMatch(/shop +2,000,000 orders loaded in/);
  for (const name of ["postgres", "cosmos", "service-bus", "blob", "host", "static-web", "monitor", "workload"]) {
    expect(cloud.output.text).toMatch(new RegExp(`^${name} +ready in [\\d.]+ s$`, "m"));
  }
  const dashboard = /http:\/\/localhost:\d+/.exec(cloud.output.text)?.[0] ?? "";
  expect((await fetch(dashboard, { redirect: "manual" })).status).toBeLessThan(400);
  const [registration] = calls();
  const { frontProof } = Secrets.parse(JSON.parse(readFileSync(join(state, "secrets.json"), "utf8")));
  expect(registration).toMatchObject({ method: "PUT", path: "/api/servers/shop", proof: frontProof });
  expect(ServerRegistration.parse(JSON.parse(registration?.body ?? "")).connection).toMatchObject({
    kind: "roles",
    database: "shop",
  });
  expect(registration?.settings).toEqual(
    expect.arrayContaining([
      "COSMOS_ENDPOINT",
      "COSMOS_KEY",
      "ServiceBus",
      "ARCHIVE_CONNECTION_STRING",
      "METRICS_ENDPOINT",
      "DEMO_EXECUTOR_PASSWORD",
    ]),
  );
  expect(await ordersInShop()).toBe(2_000_000);

  const [services, server] = [pids(), postmaster()];
  expect(Object.keys(services)).toHaveLength(8);
  cloud.child.kill("SIGINT");
  expect(await cloud.ended).toBe(0);
  expect(cloud.output.text).toMatch(/stopped in/);
  expectNothingLeft(services, server);
});

test("a warm start uses what is there, and a second one beside it is refused, as is a reset", async () => {
  const begin = performance.now();
  const cloud = await started();
  expect(performance.now() - begin).toBeLessThan(20_000);
  expect(cloud.output.text).not.toContain("loaded");
  const second = run("start.ts");
  expect(await second.ended).toBe(1);
  expect(second.output.text).toContain(`PgMedic is running already (process ${cloud.child.pid}`);
  const reset = run("reset.ts");
  expect(await reset.ended).toBe(1);
  expect(reset.output.text).toContain("Stop it first");
  cloud.child.kill("SIGTERM");
  expect(await cloud.ended).toBe(0);
});

test("a service that is killed is started again, PostgreSQL with its data", async () => {
  const cloud = await started();
  const before = pids();
  const killed = ["host", "cosmos", "blob", "postgres"];
  for (const name of killed) process.kill(before[name] ?? 0, "SIGKILL");
  const isBack = () => killed.every((name) => pids()[name] !== undefined && pids()[name] !== before[name]);
  await until(isBack, () => cloud.output.text);
  expect(cloud.output.text).toMatch(/host ended \(SIGKILL\): starting it again/);
  await until(
    () =>
      ordersInShop().then(
        (n) => n === 2_000_000,
        () => false,
      ),
    () => cloud.output.text,
  );
  const [services, server] = [pids(), postmaster()];
  cloud.child.kill("SIGTERM");
  expect(await cloud.ended).toBe(0);
  expectNothingLeft(services, server);
});

test("when the supervisor is killed its services end by themselves, and the next start recovers", async () => {
  const cloud = await started();
  const [services, server] = [pids(), postmaster()];
  cloud.child.kill("SIGKILL");
  await cloud.ended;
  const alive = () => Object.values({ ...services, server }).filter(isAlive);
  await until(
    () => alive().length === 0,
    () => `still alive: ${alive().join(", ")}`,
  );

  const next = await started();
  expect(await ordersInShop()).toBe(2_000_000);
  next.child.kill("SIGTERM");
  expect(await next.ended).toBe(0);
});

test("when everything is killed at once, PostgreSQL's orphan included, the next start recovers", async () => {
  const cloud = await started();
  const [services, orphan] = [pids(), postmaster()];
  // Not the host: its leftover must be ended by number.
  process.kill(services["host"] ?? 0, "SIGSTOP");
  for (const [name, pid] of Object.entries(services)) if (name !== "host") process.kill(pid, "SIGKILL");
  cloud.child.kill("SIGKILL");
  await cloud.ended;
  expect(isAlive(orphan)).toBe(true);
  const next = run("start.ts");
  // By then the next start has asked it to end.
  await sleep(2_500);
  process.kill(services["host"] ?? 0, "SIGCONT");
  await until(
    () => /is ready after/.test(next.output.text),
    () => next.output.text,
  );
  expect(next.output.text).toMatch(/ended \d+ processes that an earlier run had left behind/);
  expect(isAlive(orphan)).toBe(false);
  expect(isAlive(services["host"] ?? 0)).toBe(false);
  expect(await ordersInShop()).toBe(2_000_000);
  next.child.kill("SIGTERM");
  expect(await next.ended).toBe(0);
});

test("Ctrl-C during the start ends what has been started", async () => {
  const cloud = run("start.ts");
  await until(
    () => /ready in/.test(cloud.output.text),
    () => cloud.output.text,
  );
  const services = pids();
  cloud.child.kill("SIGINT");
  await cloud.ended;
  expect(Object.values(services).filter(isAlive)).toEqual([]);
  expect(existsSync(join(state, "run.json"))).toBe(false);
});

test("a port in use is named with its service and setting, and nothing is started", async () => {
  const holder = createServer();
  holder.listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = z.object({ port: z.number() }).parse(holder.address());
  const cloud = run("start.ts", ["--port", String(port)], { PGMEDIC_COSMOS_PORT: String(port) });
  expect(await cloud.ended).toBe(1);
  expect(cloud.output.text).toContain(`port ${port} (cosmos) is in use`);
  expect(cloud.output.text).toContain("choose another port with PGMEDIC_COSMOS_PORT.");
  expect(cloud.output.text).toContain("choose another port with PGMEDIC_FRONT_PORT or --port.");
  expect(cloud.output.text).not.toContain("ready in");
  expect(existsSync(join(state, "run.json"))).toBe(false);
  holder.close();
});

test.each([
  [["--prot", "1"], {}, "Unknown option '--prot'"],
  [["--port", "70000"], {}, "PGMEDIC_FRONT_PORT must be at most 65535"],
  [[], { PGMEDIC_HOST_PORT: "seven" }, "PGMEDIC_HOST_PORT must be a number"],
  [
    ["--server", "mysql://root@host/db"],
    {},
    "PGMEDIC_OWN_SERVER_URL must be a URL such as postgres://user:password@host:5432/database",
  ],
])("%j %j is refused with what is wrong", async (flags, env, message) => {
  const cloud = run("start.ts", flags, { ...env });
  expect(await cloud.ended).toBe(1);
  expect(cloud.output.text).toContain(message);
});

test("a server of your own is watched in place of the demo: no PostgreSQL and no workload is started", async () => {
  const cluster = await startCluster();
  const cloud = await started(["--server", cluster.url()]);
  expect(Object.keys(pids()).toSorted()).toEqual(["blob", "cosmos", "host", "monitor", "service-bus", "static-web"]);
  const puts = calls().filter(({ method }) => method === "PUT");
  expect(puts.at(-1)?.path).toBe("/api/servers/own");
  expect(puts.at(-1)?.body).not.toContain("test@");
  expect(ServerRegistration.parse(JSON.parse(puts.at(-1)?.body ?? "")).connection).toEqual({
    kind: "url",
    urlSetting: "PGMEDIC_OWN_SERVER_URL",
  });
  expect(puts.at(-1)?.settings).toContain("PGMEDIC_OWN_SERVER_URL");
  expect(readFileSync(join(state, "logs/monitor.log"), "utf8")).toContain("no figures of CPU");
  cloud.child.kill("SIGTERM");
  expect(await cloud.ended).toBe(0);
  await cluster.stop();
});

test("a reset removes everything that was kept", async () => {
  const reset = run("reset.ts");
  expect(await reset.ended).toBe(0);
  expect(existsSync(state)).toBe(false);
});
