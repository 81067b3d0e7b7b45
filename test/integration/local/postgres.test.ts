import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAlive } from "../../../infra/local/postgres/orphan.ts";
import { startPostgres } from "../../../infra/local/postgres/server.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";
import { startProcess, temporaryFolder } from "../../support/process.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

function openFolder() {
  const folder = temporaryFolder();
  chmodSync(folder.path, 0o711);
  return { ...folder, data: join(folder.path, "data") };
}

test("the server records statements, can explain them by itself and times its reads", async () => {
  await cluster.withDatabase(async (database) => {
    await database.query("create extension pg_stat_statements");
    await database.query("load 'auto_explain'");
    await database.query("select 41 + 1");
    const { rows } = await database.query<{ calls: string }>(
      "select calls from pg_stat_statements where query = 'select $1 + $2'",
    );
    expect(rows).toEqual([{ calls: "1" }]);
    const { rows: settings } = await database.query<{ track_io_timing: string }>("show track_io_timing");
    expect(settings).toEqual([{ track_io_timing: "on" }]);
  });
});

test("a database made from a template has its content and does not change it", async () => {
  const template = await cluster.createDatabase();
  await template.query("create table t as select generate_series(1, 3) as id");
  await template.disconnect();
  await cluster.withDatabase(async (copy) => {
    await copy.query("delete from t where id = 1");
    expect((await copy.query("select id from t")).rowCount).toBe(2);
  }, template.name);
  expect(await query(cluster.url(template.name), "select count(*)::int as n from t")).toEqual([{ n: 3 }]);
  await template.drop();
});

test("a password is needed", async () => {
  const url = cluster.url().replace(":test@", ":wrong@");
  await expect(query(url, "select 1")).rejects.toMatchObject({ code: "28P01" });
});

test("a server whose starter was killed is ended by the next start, which keeps the data", async () => {
  const folder = openFolder();
  const env = { PGMEDIC_POSTGRES_PORT: "0", PGMEDIC_POSTGRES_DATA: folder.data, PGMEDIC_POSTGRES_PASSWORD: "secret" };
  const service = await startProcess("infra/local/postgres/main.ts", env);
  const url = `postgres://postgres:secret@127.0.0.1:${service.port}/postgres`;
  await query(url, "create table kept as select 1 as id");
  const [row] = await query<{ pid: number }>(url, "select pg_backend_pid() as pid");
  await service.kill();
  expect(await query(url, "select id from kept")).toEqual([{ id: 1 }]);

  const next = await startPostgres({ dataFolder: folder.data, port: 0, password: "secret" });
  expect(next.endedOrphan).toBe(true);
  expect(await query(next.url("postgres"), "select id from kept")).toEqual([{ id: 1 }]);
  await expect(query(url, "select 1")).rejects.toThrow();
  expect(isAlive(row?.pid ?? 0)).toBe(false);
  await next.stop();
  expect(existsSync(join(folder.data, "postmaster.pid"))).toBe(false);
  folder.remove();
});

test("a crashed server starts again, and a lock file that names somebody else's process is no obstacle", async () => {
  const folder = openFolder();
  const options = { dataFolder: folder.data, port: 0, password: "secret" };
  const first = await startPostgres(options);
  await query(first.url("postgres"), "create table kept as select 1 as id");
  process.kill(first.pid, "SIGKILL");
  const second = await startPostgres(options);
  expect(await query(second.url("postgres"), "select id from kept")).toEqual([{ id: 1 }]);
  await second.stop();
  // This test's own process stands for the stranger: it must survive.
  writeFileSync(
    join(folder.data, "postmaster.pid"),
    `${process.pid}\n${folder.data}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`,
  );
  const third = await startPostgres(options);
  expect(third.endedOrphan).toBe(false);
  await third.stop();
  folder.remove();
});

test("a port in use is named together with the setting that changes it", async () => {
  const folder = openFolder();
  await expect(startPostgres({ dataFolder: folder.data, port: cluster.port, password: "x" })).rejects.toThrow(
    new RegExp(`port ${cluster.port} is in use.*PGMEDIC_POSTGRES_PORT`),
  );
  folder.remove();
});

test.runIf(process.getuid?.() === 0)(
  "as root, a data folder in a closed place is moved to one that can be entered",
  async () => {
    const closed = temporaryFolder();
    const options = { dataFolder: join(closed.path, "data"), port: 0, password: "secret" };
    const server = await startPostgres(options);
    expect(server.dataFolder).toMatch(/pgmedic-[0-9a-f]{12}$/);
    expect(await query(server.url("postgres"), "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
    for (const path of [server.dataFolder, `${server.dataFolder}.log`]) rmSync(path, { recursive: true });
    closed.remove();
  },
);

test("a service ends its server when its starter closes the pipe between them", async () => {
  const folder = openFolder();
  const env = {
    PGMEDIC_POSTGRES_PORT: "0",
    PGMEDIC_POSTGRES_DATA: folder.data,
    PGMEDIC_POSTGRES_PASSWORD: "secret",
    PGMEDIC_PARENT_PIPE: "1",
  };
  const service = await startProcess("infra/local/postgres/main.ts", env);
  await service.closePipe();
  expect(existsSync(join(folder.data, "postmaster.pid"))).toBe(false);
  folder.remove();
});
