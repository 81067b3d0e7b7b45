import { chmodSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { ensureShop, shopSettings } from "../../../infra/local/demo/shop.ts";
import { startWorkload } from "../../../infra/local/demo/workload.ts";
import { cpuTimeMs } from "../../../infra/local/monitor/process-tree.ts";
import { type Postgres, startPostgres } from "../../../infra/local/postgres/server.ts";
import { temporaryFolder } from "../../support/process.ts";

const passwords = { investigator: "i", executor: "e", app: "a" };
const folder = temporaryFolder();
let server: Postgres;
let loadMs = 0;

const urlOf = (user: string, password: string) => server.url("shop").replace(/\/\/[^@]+@/, `//${user}:${password}@`);

async function as<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  chmodSync(folder.path, 0o711);
  const options = { dataFolder: join(folder.path, "data"), port: 0, password: "x", settings: shopSettings };
  server = await startPostgres(options);
  // The first load is killed in the middle: it must leave no half shop.
  const killed = ensureShop({ url: server.url, passwords }).then(
    () => "finished",
    () => "failed",
  );
  await sleep(1_500);
  process.kill(server.pid, "SIGKILL");
  expect(await killed).toBe("failed");
  server = await startPostgres(options);
  const start = performance.now();
  expect(await ensureShop({ url: server.url, passwords })).toBe(true);
  loadMs = performance.now() - start;
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

test("however quickly a shop is loaded, the server has counted none of it as the shop's own work", async () => {
  const quick = temporaryFolder();
  chmodSync(quick.path, 0o711);
  const small = await startPostgres({
    dataFolder: join(quick.path, "data"),
    port: 0,
    password: "x",
    settings: shopSettings,
  });
  try {
    await ensureShop({ url: small.url, passwords, orders: 1_000 });
    // A session tells of what it did within a second.
    await sleep(1_500);
    const counted = await as(small.url("shop"), (client) =>
      client.query("select coalesce(sum(n_tup_ins + n_mod_since_analyze), 0)::int as rows from pg_stat_user_tables"),
    );
    expect(counted.rows).toEqual([{ rows: 0 }]);
  } finally {
    await small.stop();
    quick.remove();
  }
});

test("the shop is loaded once and whole, after a load that was killed too, with indexes on primary keys only", async () => {
  expect(await ensureShop({ url: server.url, passwords })).toBe(false);
  expect(loadMs).toBeLessThan(60_000);
  await as(server.url("shop"), async (client) => {
    const { rows } = await client.query(
      "select relname, reltuples::int as n from pg_class where relkind = 'r' and relname in ('orders', 'customers') order by 1",
    );
    expect(rows).toEqual([
      { relname: "customers", n: 100_000 },
      { relname: "orders", n: 2_000_000 },
    ]);
    const indexes = await client.query(
      "select from pg_index join pg_class c on c.oid = indrelid where relnamespace = 'public'::regnamespace and not indisprimary",
    );
    expect(indexes.rowCount).toBe(0);
    const statements = await client.query("select from pg_stat_statements where query like 'create table%'");
    expect(statements.rowCount).toBe(0);
  });
});

test("the executor can build an index only as the owner, the investigator can read figures and change nothing", async () => {
  await as(urlOf("pgmedic_executor", "e"), async (client) => {
    await expect(client.query("create index on customers (country)")).rejects.toThrow(/must be owner/);
    await client.query("begin; set local role shop_owner; create index on customers (country); rollback");
  });
  await as(urlOf("pgmedic_investigator", "i"), async (client) => {
    expect((await client.query("select from pg_stats where tablename = 'orders'")).rowCount).toBeGreaterThan(3);
    await expect(client.query("update orders set note = '' where id = 1")).rejects.toThrow(/permission denied/);
    await expect(client.query("set role shop_owner")).rejects.toThrow(/permission denied/);
  });
});

const Status = z.object({
  baseline: z.array(z.object({ calls: z.number(), errors: z.number() })),
  hammers: z.array(
    z.object({ column: z.string(), calls: z.number(), recent: z.object({ meanMs: z.number().nullable() }) }),
  ),
});

test("hammering a column raises CPU over 80 % of a core, and the missing index cures it under the same load", async () => {
  const workload = await startWorkload({ port: 0, shopUrl: urlOf("shop_app", "a") });
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${workload.port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { status: response.status, body: await response.json() };
  };
  const cpuPercent = async (overMs: number) => {
    const before = cpuTimeMs(server.pid) ?? Number.NaN;
    const start = performance.now();
    await sleep(overMs);
    return (((cpuTimeMs(server.pid) ?? Number.NaN) - before) / (performance.now() - start)) * 100;
  };
  try {
    await sleep(1_000);
    expect(await cpuPercent(2_000)).toBeLessThan(30);
    expect((await call("POST", "/hammer", { column: "price" })).status).toBe(400);
    await call("POST", "/hammer", { column: "customer_id", clients: 4 });
    expect(await cpuPercent(4_000)).toBeGreaterThan(80);
    await as(server.url("shop"), (client) => client.query("create index orders_customer on orders (customer_id)"));
    await sleep(6_000);
    expect(await cpuPercent(2_000)).toBeLessThan(40);
    const status = Status.parse((await call("GET", "/status")).body);
    expect(status.hammers[0]?.recent.meanMs).toBeLessThan(10);
    expect(status.baseline.every(({ calls, errors }) => calls > 5 && errors === 0)).toBe(true);
    await call("POST", "/calm", {});
    expect(Status.parse((await call("GET", "/status")).body).hammers).toEqual([]);
  } finally {
    await workload.stop();
  }
});
