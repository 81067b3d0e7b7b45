// Every kind of action on a real server: looked at, carried out by the catalogue's own statements, seen to be done, and taken back.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgresOf, type Session } from "../../../shared/adapters/postgres.ts";
import { known } from "../../../shared/catalogue/actions/index.ts";
import type { TypedAction } from "../../../shared/contracts/actions.ts";
import { plainShape } from "../../../shared/contracts/index-shape.ts";
import type { Server } from "../../../shared/contracts/server.ts";
import { ActionKind } from "../../../shared/contracts/taxonomy.ts";
import { look } from "../../../shared/execution/look.ts";
import { runStatement } from "../../../shared/execution/run-statement.ts";
import { flexibleServersOf } from "../../../shared/adapters/flexible-servers.ts";
import { platformOf } from "../../../shared/adapters/platform.ts";
import { RESOURCE } from "../../support/listed-alerts.ts";
import { type LocalAzure, startLocalAzure } from "../../support/local-azure.ts";
import { type Cluster, startCluster } from "../../support/postgres.ts";

let cluster: Cluster;
let azure: LocalAzure;
let database: Awaited<ReturnType<Cluster["createDatabase"]>>;
const own: pg.Client[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    shared_preload_libraries: "pg_stat_statements",
    max_prepared_transactions: "5",
    wal_level: "logical",
    autovacuum: "off",
  });
  database = await cluster.createDatabase();
  azure = await startLocalAzure(cluster.url());
  await database.query(`
    create role shop_owner; grant create on database ${database.name} to shop_owner;
    create role app login password 'app'; create role executor login password 'x' in role shop_owner, pg_signal_backend;
    grant create on schema public to shop_owner; grant usage on schema public to app;
    create table orders (id int, customer_id int, city text, country text, note text, data jsonb)
      with (autovacuum_enabled = true, autovacuum_vacuum_scale_factor = 0.1, fillfactor = 95);
    alter table orders alter column customer_id set statistics 300, alter column city set statistics 0;
    insert into orders select i, i % 1000, 'city' || i % 50, 'country' || i % 50, 'n' || i, '{}' from generate_series(1, 20000) i;
    alter table orders owner to shop_owner; grant select, update on orders to app;
    create index orders_id on orders (id); create index orders_city on orders (city) where city <> 'x';
    alter index orders_id owner to shop_owner;
    delete from orders where id % 3 = 0`);
});
afterAll(async () => {
  await Promise.all(own.map((client) => client.end().catch(() => {})));
  await azure.stop();
  await cluster.stop();
});

const server = (): Server => ({
  serverId: "shop",
  displayName: "shop",
  resourceId: "/shop",
  environment: "development",
  tier: "standard",
  enabled: true,
  vCores: 1,
  mayScale: true,
  detection: true,
  schemas: ["public"],
  connection: { kind: "url", urlSetting: "url" },
  registeredAt: "2026-11-20T10:00:00.000Z",
});
const postgres = postgresOf(() => cluster.url(database.name));
const looking = <T>(work: (session: Session) => Promise<T>) =>
  postgres.asInvestigator({ server: server(), applicationName: "pgmedic/test/look" }, work);
const platform = () => platformOf(flexibleServersOf(azure.url), { patienceMs: 20_000, pollMs: 100 });
const readResource = () => platform().readResource(RESOURCE);
const lookAt = (action: TypedAction, stamp: string | null = null) =>
  looking((session) => look(session, server(), action, { application: "pgmedic/test", stamp, readResource }));

async function carryOut(action: TypedAction, owner: string | null): Promise<void> {
  const { statements, actor } = known(action);
  if (actor === "platform") return throughAzure(action);
  const result = await postgres.asExecutor({ server: server(), applicationName: "pgmedic/test" }, (session) =>
    runStatement(session, {
      name: action.kind,
      statements,
      owner: actor === "owner" ? owner : null,
      target: "test",
      waitMs: 30_000,
    }),
  );
  expect(result).toEqual({ outcome: "done" });
}

async function throughAzure(action: TypedAction): Promise<void> {
  const [resourceId, { kind, parameters }] = [RESOURCE, action];
  const change = (): ReturnType<ReturnType<typeof platform>["changeSize"]> => {
    if (kind === "set_server_parameter") return platform().setServerParameter({ resourceId, ...parameters });
    if (kind === "scale_compute") return platform().changeSize({ resourceId, sku: parameters.to });
    if (kind === "grow_storage") return platform().changeSize({ resourceId, storageGiB: parameters.toGiB });
    throw new Error(`Azure does not carry out ${kind}`);
  };
  expect(await change()).toEqual({ outcome: "done" });
}

/** A session of the application, in a transaction of its own. */
async function aTransaction(sql: string) {
  const url = new URL(cluster.url(database.name));
  url.username = "app";
  url.password = "app";
  const client = new pg.Client({ connectionString: url.href });
  client.on("error", () => {});
  own.push(client);
  await client.connect();
  await client.query("begin");
  const running = client.query(sql).catch((error: Error) => error.message);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { rows } = await database.query<{ pid: number; backend: string; xact: string }>(
    `select pid, to_char(backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as backend,
      to_char(xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as xact
    from pg_stat_activity where usename = 'app' order by backend_start desc limit 1`,
  );
  const [session] = rows;
  if (session === undefined) throw new Error("the application's session is not there");
  return { parameters: { pid: session.pid, backendStart: session.backend, xactStart: session.xact }, running };
}

const relation = { schema: "public", table: "orders" };
const oidOf = async (name: string): Promise<number> =>
  Number((await database.query<{ oid: string }>("select to_regclass($1)::oid as oid", [name])).rows[0]?.oid);
const definitionOf = async (name: string): Promise<string> =>
  (await database.query<{ text: string }>("select pg_get_indexdef(to_regclass($1)) as text", [name])).rows[0]?.text ??
  "";

type Case = { kind: TypedAction["kind"]; why: string; make: () => Promise<TypedAction> | TypedAction };
const CASES: Case[] = [
  {
    kind: "create_index",
    why: "a plain index",
    make: () => ({
      kind: "create_index",
      parameters: { ...relation, name: "idx_customer", ...plainShape([{ column: "customer_id", direction: "desc" }]) },
    }),
  },
  {
    kind: "create_index",
    why: "an index over an expression, with statistics of its own",
    make: () => ({
      kind: "create_index",
      parameters: {
        ...relation,
        name: "idx_lower",
        ...plainShape([
          {
            expression: { kind: "call", function: "lower", arguments: [{ kind: "column", column: "note" }] },
            direction: "asc",
          },
        ]),
      },
    }),
  },
  {
    kind: "create_index",
    why: "a trigram index, with the extension that it needs",
    make: () => ({
      kind: "create_index",
      parameters: {
        ...relation,
        name: "idx_note_trgm",
        method: "gin",
        keys: [{ column: "note", direction: "asc", operatorClass: "gin_trgm_ops", operatorClassSchema: "public" }],
        where: [],
        include: [],
      },
    }),
  },
  {
    kind: "create_index",
    why: "a partial covering index",
    make: () => ({
      kind: "create_index",
      parameters: {
        ...relation,
        name: "idx_partial",
        method: "btree",
        keys: [{ column: "customer_id", direction: "asc" }],
        where: [{ column: "note", operator: "is not null" }],
        include: ["city"],
      },
    }),
  },
  {
    kind: "drop_index",
    why: "an index of somebody else, whose definition is kept",
    make: async () => ({
      kind: "drop_index",
      parameters: { ...relation, name: "orders_city", definition: await definitionOf("orders_city") },
    }),
  },
  {
    kind: "restore_index",
    why: "an index that was dropped",
    make: () => ({
      kind: "restore_index",
      parameters: {
        ...relation,
        name: "orders_country",
        definition: "CREATE INDEX orders_country ON public.orders USING btree (country)",
      },
    }),
  },
  {
    kind: "reindex_index",
    why: "a bloated index",
    make: async () => ({
      kind: "reindex_index",
      parameters: { ...relation, name: "orders_id", oid: await oidOf("orders_id") },
    }),
  },
  { kind: "analyze_table", why: "a table", make: () => ({ kind: "analyze_table", parameters: relation }) },
  { kind: "vacuum_table", why: "a table", make: () => ({ kind: "vacuum_table", parameters: relation }) },
  { kind: "vacuum_freeze", why: "a table", make: () => ({ kind: "vacuum_freeze", parameters: relation }) },
  {
    kind: "create_statistics",
    why: "columns that go together",
    make: () => ({
      kind: "create_statistics",
      parameters: { ...relation, name: "orders_place", columns: ["city", "country"], kinds: ["dependencies", "mcv"] },
    }),
  },
  {
    kind: "set_column_statistics",
    why: "a column with a target of its own",
    make: () => ({
      kind: "set_column_statistics",
      parameters: { ...relation, column: "customer_id", target: 500, oldTarget: 300 },
    }),
  },
  {
    kind: "set_column_statistics",
    why: "a column of which somebody wants no statistics",
    make: () => ({
      kind: "set_column_statistics",
      parameters: { ...relation, column: "city", target: 500, oldTarget: 0 },
    }),
  },
  {
    kind: "set_column_statistics",
    why: "a column without a target of its own",
    make: () => ({
      kind: "set_column_statistics",
      parameters: { ...relation, column: "country", target: 500, oldTarget: -1 },
    }),
  },
  {
    kind: "set_table_autovacuum",
    why: "a table with settings of its own",
    make: () => ({
      kind: "set_table_autovacuum",
      parameters: {
        ...relation,
        enabled: null,
        scaleFactor: 0.02,
        threshold: 1_000,
        oldEnabled: true,
        oldScaleFactor: 0.1,
        oldThreshold: null,
      },
    }),
  },
  {
    kind: "set_table_fillfactor",
    why: "a table with one of its own",
    make: () => ({ kind: "set_table_fillfactor", parameters: { ...relation, fillfactor: 85, oldFillfactor: 95 } }),
  },
  {
    kind: "terminate_backend",
    why: "a session that idles in its transaction",
    make: async () => ({ kind: "terminate_backend", parameters: (await aTransaction("select 1")).parameters }),
  },
  {
    kind: "cancel_backend",
    why: "a statement that runs",
    make: async () => ({ kind: "cancel_backend", parameters: (await aTransaction("select pg_sleep(60)")).parameters }),
  },
  {
    kind: "rollback_prepared",
    why: "a transaction that nobody finishes",
    make: async () => {
      await database.query("begin");
      await database.query("set local role shop_owner");
      await database.query("update orders set note = 'x' where id = 1");
      await database.query("reset role");
      await database.query("prepare transaction 'it''s gone'");
      const { rows } = await database.query<{ owner: string }>("select owner::text from pg_prepared_xacts");
      return { kind: "rollback_prepared", parameters: { gid: "it's gone", owner: rows[0]?.owner ?? "" } };
    },
  },
  {
    kind: "drop_replication_slot",
    why: "a slot that nobody reads",
    make: async () => {
      await database.query("select pg_create_physical_replication_slot('nobody', true)");
      return { kind: "drop_replication_slot", parameters: { slot: "nobody" } };
    },
  },
  {
    kind: "set_role_setting",
    why: "memory for one role in one database",
    make: () => ({
      kind: "set_role_setting",
      parameters: { role: "app", database: database.name, setting: "work_mem", value: "64MB", oldValue: null },
    }),
  },
  {
    kind: "set_role_connection_limit",
    why: "a role",
    make: () => ({ kind: "set_role_connection_limit", parameters: { role: "app", limit: 20, oldLimit: -1 } }),
  },
  {
    kind: "set_server_parameter",
    why: "through Azure, and read again by the server",
    make: () => ({
      kind: "set_server_parameter",
      parameters: { name: "max_wal_size", value: "2048", oldValue: "1024" },
    }),
  },
  {
    kind: "grow_storage",
    why: "to the next larger disk",
    make: () => ({ kind: "grow_storage", parameters: { fromGiB: 32, toGiB: 64 } }),
  },
];

const SHOWN = "$kind: $why is carried out, seen to be done, and taken back where there is a way back";
async function showAndTakeBack({ make }: Case): Promise<void> {
  const action = await make();
  const setBefore = await setOnOrders();
  const before = await lookAt(action);
  expect(before).toMatchObject({ progress: "pending", statementsDone: 0, leftover: null });
  expect(before.preconditions.filter(({ holds }) => !holds)).toEqual([]);
  await carryOut(action, before.owner);
  const after = await lookAt(action, before.stamp);
  expect(after.progress).toBe("done");

  const { inverse } = known(action);
  if (inverse === null) return;
  const undoing = await lookAt(inverse);
  expect(undoing.progress).toBe("pending");
  await carryOut(inverse, undoing.owner);
  expect((await lookAt(inverse, undoing.stamp)).progress).toBe("done");
  expect(await setOnOrders()).toEqual(setBefore);
}

/** What is set on the table and its columns, as the catalog has it; by a session of its own, since some actions end the others. */
async function setOnOrders(): Promise<{ options: string[]; targets: string[] } | undefined> {
  const client = new pg.Client({ connectionString: cluster.url(database.name) });
  await client.connect();
  try {
    const { rows } = await client.query<{ options: string[]; targets: string[] }>(
      `select array(select unnest(reloptions) order by 1) as options, array(select attname || ' ' || attstattarget
        from pg_attribute where attrelid = c.oid and attstattarget >= 0 and attnum > 0 order by 1) as targets
      from pg_class c where oid = 'orders'::regclass`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
}
test.each(CASES)(SHOWN, showAndTakeBack);

/** It ends every session, as a restart does: the last thing that is done to this server. */
const AT_LAST: Case[] = [
  {
    kind: "scale_compute",
    why: "to the next larger size, and back",
    make: () => ({ kind: "scale_compute", parameters: { from: "Standard_B1ms", to: "Standard_B2s" } }),
  },
];

/** What the way back of another kind shows. */
const SHOWN_ELSEWHERE = ["drop_statistics"];

test("every kind of action is among them", () => {
  const shown = [...new Set([...[...CASES, ...AT_LAST].map(({ kind }) => kind), ...SHOWN_ELSEWHERE])];
  expect(shown.toSorted()).toEqual([...ActionKind.options].toSorted());
});

test("a setting that somebody changed since it was looked at is left alone: the way back would lose it", async () => {
  const changed: TypedAction[] = [
    { kind: "set_table_fillfactor", parameters: { ...relation, fillfactor: 85, oldFillfactor: null } },
    { kind: "set_column_statistics", parameters: { ...relation, column: "customer_id", target: 500, oldTarget: -1 } },
  ];
  const unmet = await Promise.all(
    changed.map(async (action) => (await lookAt(action)).preconditions.filter(({ holds }) => !holds)),
  );
  expect(unmet).toMatchObject([[{ id: "as-it-was", observed: "95" }], [{ id: "as-it-was", observed: "300" }]]);
});

test("a trigram index is not begun where nobody may create the extension", async () => {
  const keys = [{ column: "note", direction: "asc", operatorClass: "gin_trgm_ops" } as const];
  const action: TypedAction = {
    kind: "create_index",
    parameters: { ...relation, name: "idx_other", method: "gin", keys, where: [], include: [] },
  };
  await database.query("drop extension if exists pg_trgm cascade");
  await database.query(`revoke create on database ${database.name} from shop_owner`);
  const unmet = (await lookAt(action)).preconditions.filter(({ holds }) => !holds);
  expect(unmet).toMatchObject([{ id: "extension", observed: "not created, and shop_owner may not create it" }]);
});

test("a session that began another transaction meanwhile is left alone", async () => {
  const { parameters } = await aTransaction("select 1");
  const action: TypedAction = {
    kind: "terminate_backend",
    parameters: { ...parameters, xactStart: "2020-01-01T00:00:00.000Z" },
  };
  expect((await lookAt(action)).preconditions.filter(({ holds }) => !holds).map(({ id }) => id)).toEqual([
    "same-transaction",
  ]);
  await carryOut(action, null);
  expect((await lookAt(action)).progress).toBe("pending");
});

test("an index that keeps values unique is not dropped", async () => {
  await database.query("create unique index orders_unique on orders (id, customer_id)");
  const action: TypedAction = {
    kind: "drop_index",
    parameters: { ...relation, name: "orders_unique", definition: await definitionOf("orders_unique") },
  };
  expect((await lookAt(action)).preconditions.filter(({ holds }) => !holds).map(({ id }) => id)).toEqual([
    "not-the-only-unique",
  ]);
});

test("what VACUUM could not do is not taken for done", async () => {
  const action: TypedAction = { kind: "vacuum_table", parameters: relation };
  const before = await lookAt(action);
  // Who does not own the table gets a warning and a command tag, as if it had been vacuumed.
  await postgres.asExecutor({ server: server(), applicationName: "pgmedic/test" }, (session) =>
    runStatement(session, {
      name: "v",
      statements: known(action).statements,
      owner: "app",
      target: "t",
      waitMs: 9_000,
    }),
  );
  expect((await lookAt(action, before.stamp)).progress).toBe("pending");
});

test.each(AT_LAST)(SHOWN, async (one) => {
  const { running } = await aTransaction("select pg_sleep(60)");
  await showAndTakeBack(one);
  expect(await running).toMatch(/terminat/i);
});
