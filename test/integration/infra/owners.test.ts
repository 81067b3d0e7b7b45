// For whom the executor may act: owners of tables, and never an administrator. As on Azure, where no administrator is a superuser.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresOf } from "../../../shared/adapters/postgres.ts";
import type { CheckItem, Server } from "../../../shared/contracts/server.ts";
import { checkServer } from "../../../shared/investigation/check-server.ts";
import { installations, type PlainPostgres, startPlainPostgres } from "../../support/plain-postgres.ts";
import { demoScript, roleScript } from "../../support/role-script.ts";

const NAMES = { investigator: "pgmedic_investigator", executor: "pgmedic_executor" };
const PASSWORDS = { investigator_password: "look", executor_password: "act" };
const GROUP = 'database "admins", west';
const DEPUTIES = "O'Brien's";

/** As on Azure: administrators are members of azure_pg_admin that may create roles; it may monitor, and owns the database. */
const AZURE = `
  create role azure_pg_admin nologin createrole createdb;
  grant pg_monitor, pg_signal_backend, pg_read_all_data to azure_pg_admin with admin option;
  create role workload login createrole createdb in role azure_pg_admin password 'workload';
  create role "database ""admins"", west" login createrole createdb in role azure_pg_admin password 'group';
  create role "O'Brien's" login createrole createdb in role azure_pg_admin;
  create role latecomer login createrole createdb in role azure_pg_admin password 'latecomer';
  create role creator login createrole password 'creator';
  create role copier login replication;
  create role writer nologin in role pg_write_server_files;
  create role runner nologin in role pg_execute_server_program;
  create role reader nologin in role pg_read_server_files;
  create role heir nologin; grant creator to heir;
  create role plain_owner nologin;
  create role app_owner login createdb; grant pg_read_all_data, pg_monitor to app_owner;
`;
const REFUSED = ["postgres", "azure_pg_admin", "workload", "creator", "heir", "copier", "writer", "runner", "reader"];
const TAKEN = ["plain_owner", "app_owner"];
const SCHEMAS = [...REFUSED, ...TAKEN].map(
  (owner) => `
  create schema of_${owner}; grant usage, create on schema of_${owner} to ${owner};
  create table of_${owner}.things (id bigint primary key); alter table of_${owner}.things owner to ${owner};`,
);

const installed = installations();
const chosen = [...new Set([installed[0], installed.at(-1)])].filter((one) => one !== undefined);

describe.each(chosen)("$name", (installation) => {
  let server: PlainPostgres;
  const as = async <T>(role: string, password: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({
      host: "127.0.0.1",
      port: server.port,
      database: "shop",
      user: role,
      password,
    });
    client.on("error", () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const superuser = <T>(work: (client: pg.Client) => Promise<T>) => server.asSuperuser("shop", work);
  const grants = (schemas: string, more = {}) =>
    roleScript("grants.sql", { ...NAMES, schemas, reads_all_data: "off", ends_sessions: "off", ...more });
  const failureOf = (work: Promise<unknown>): Promise<{ message: string; hint: string }> =>
    work.then(
      () => ({ message: "no failure", hint: "" }),
      (error: unknown) => {
        if (!(error instanceof pg.DatabaseError)) throw error;
        return { message: error.message, hint: error.hint ?? "" };
      },
    );
  /** What a role is a member of. */
  const held = async (role: string): Promise<string[]> => {
    const text =
      "select r.rolname as role from pg_auth_members join pg_roles r on r.oid = roleid where member = $1::regrole";
    return superuser(async (client) => {
      const { rows } = await client.query<{ role: string }>(text, [role]);
      return rows.map((row) => row.role);
    });
  };
  const check = async (schema: string): Promise<CheckItem | undefined> => {
    const signIn = (user: string, passwordSetting: string) => ({ kind: "password" as const, user, passwordSetting });
    const asked: Server = {
      serverId: "shop",
      displayName: "shop",
      resourceId: "/shop",
      environment: "production",
      tier: "standard",
      enabled: true,
      vCores: 1,
      mayScale: false,
      detection: true,
      schemas: [schema],
      registeredAt: "2026-01-01T00:00:00Z",
      connection: {
        kind: "roles",
        host: "127.0.0.1",
        port: server.port,
        database: "shop",
        tls: "off",
        investigator: signIn(NAMES.investigator, "look"),
        executor: signIn(NAMES.executor, "act"),
      },
    };
    const { items } = await checkServer(
      postgresOf((setting) => setting),
      asked,
      new Date(),
    );
    return items.find(({ id }) => id === "executor-administers");
  };

  beforeAll(async () => {
    server = await startPlainPostgres(installation, { shared_preload_libraries: "pg_stat_statements" });
    await server.asSuperuser("postgres", (client) => client.query(AZURE));
    await server.asSuperuser("postgres", (client) => client.query("create database shop owner azure_pg_admin"));
    // On Azure an administrator creates what azure.extensions names; elsewhere only a superuser does.
    await superuser((client) => client.query(`create extension pg_stat_statements; ${SCHEMAS.join("")}`));
    await superuser((client) => client.query(roleScript("plain-roles.sql", { ...NAMES, ...PASSWORDS })));
  });
  afterAll(() => server?.stop());

  test.each(REFUSED)("tables of %s are refused by the grants and by the check, and nothing is given", async (owner) => {
    const { message, hint } = await failureOf(
      superuser((client) => client.query(grants(`of_${owner}, of_plain_owner`))),
    );
    expect(message).toBe(`tables belong to ${owner}: who may act for an administrator may do everything`);
    expect(hint).toContain(`alter table of_${owner}.things owner to shop_owner;`);
    expect(hint).not.toContain("of_plain_owner");
    expect(await held(NAMES.executor)).toEqual([]);
    const found = await check(`of_${owner}`);
    expect(found).toMatchObject({ holds: false, observed: `tables belong to ${owner}` });
    expect(found?.remedySql).toContain(`alter table of_${owner}.things owner to shop_owner;`);
  });

  test.each(TAKEN)("tables of %s, who administers nothing, are taken", async (owner) => {
    await superuser((client) => client.query(grants(`of_${owner}`)));
    expect(await held(NAMES.executor)).toContain(owner);
    expect(await check(`of_${owner}`)).toMatchObject({ holds: true });
    await superuser((client) => client.query(roleScript("break-glass.sql", NAMES)));
    await superuser((client) => client.query(roleScript("restore-sign-in.sql", NAMES)));
  });

  test("the SQL of the refusal, run by the owner, is all that was missing", async () => {
    const schema = `create schema "Creator's" authorization creator; create schema more authorization creator;
      grant usage, create on schema more to heir;
      set role creator; create table "Creator's".things (id serial, primary key (id)); create table more.parts (id bigint) partition by list (id);
      create table more.part partition of more.parts default; reset role;`;
    await superuser((client) => client.query(schema));
    const schemas = "Creator's,more";
    const { hint } = await failureOf(as("creator", "creator", (client) => client.query(grants(schemas))));
    const [, ...sql] = hint.split("\n");
    await as("creator", "creator", (client) => client.query(sql.join("\n")));
    await superuser((client) => client.query(grants(schemas)));
    expect(await held(NAMES.executor)).toEqual(["shop_owner"]);
    expect(await check("more")).toMatchObject({ holds: true });
    // The owner of yesterday goes on with its tables.
    await as("creator", "creator", (client) => client.query(`insert into "Creator's".things default values`));
  });

  test("an executor that was given an administrator before is found, and the SQL of the check takes it back", async () => {
    await superuser((client) => client.query(`grant workload, azure_pg_admin to ${NAMES.executor}`));
    const found = await check("of_workload");
    expect(found).toMatchObject({
      holds: false,
      observed: `tables belong to workload; ${NAMES.executor} may act for azure_pg_admin, workload`,
    });
    await superuser((client) => client.query(found?.remedySql ?? ""));
    expect(await check("of_workload")).toMatchObject({ holds: true, remedySql: null });
    expect(await held(NAMES.executor)).toEqual(["shop_owner"]);
    await superuser(async (client) => {
      for (const name of ["break-glass.sql", "remove-roles.sql"]) await client.query(roleScript(name, NAMES));
      await client.query(
        'drop schema of_workload, "Creator\'s", more cascade; drop owned by shop_owner; drop role shop_owner',
      );
    });
  });

  describe("the shop of the demo", () => {
    const group = <T>(work: (client: pg.Client) => Promise<T>) => as(GROUP, "group", work);
    const shop = demoScript({ admins: `${GROUP}\n${DEPUTIES}` });

    test("is made by its workload, twice if need be, and belongs to a role that can do nothing else", async () => {
      for (let round = 0; round < 2; round += 1) await as("workload", "workload", (client) => client.query(shop));
      const { rows } = await as("workload", "workload", (client) =>
        client.query(
          `select relname as table, relowner::regrole::text as owner from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
           order by 1`,
        ),
      );
      expect(rows).toEqual(["customers", "orders"].map((table) => ({ table, owner: "shop_owner" })));
      expect(await held("shop_owner")).toEqual([]);
      // What the workload asks all the time.
      await as("workload", "workload", (client) => client.query("select sum(total) from orders where customer_id = 7"));
    });

    test("is onboarded by another administrator, and the executor can index it and become nobody else", async () => {
      await group((client) => client.query(roleScript("plain-roles.sql", { ...NAMES, ...PASSWORDS })));
      for (let round = 0; round < 2; round += 1) await group((client) => client.query(grants("public")));
      expect(await check("public")).toMatchObject({ holds: true });
      await as(NAMES.executor, "act", async (client) => {
        await client.query("set role shop_owner");
        await client.query("create index concurrently on orders (customer_id)");
        for (const role of ["workload", "azure_pg_admin", pg.escapeIdentifier(GROUP)])
          expect((await failureOf(client.query(`set role ${role}`))).message, role).toMatch(/permission denied/);
        expect((await failureOf(client.query("create role mine"))).message).toMatch(/permission denied/);
      });
    });

    test("gets tables that the investigator can read, also when they come later", async () => {
      await as("workload", "workload", (client) =>
        client.query("set role shop_owner; create table returns (id bigint)"),
      );
      for (const table of ["orders", "returns"])
        await as(NAMES.investigator, "look", (client) => client.query(`select count(*) from ${table}`));
    });

    test.runIf(installation.version >= 16)(
      "cannot be onboarded by an administrator who may not give its owner away, and is told how",
      async () => {
        const run = () => as("latecomer", "latecomer", (client) => client.query(grants("public")));
        const { message, hint } = await failureOf(run());
        expect(message).toBe("latecomer may not give shop_owner to the executor");
        const [, sql] = hint.split("\n");
        await group((client) => client.query(sql ?? ""));
        // What is left is the two roles themselves, which somebody else made.
        expect((await failureOf(run())).message).toMatch(/permission denied to alter role/);
      },
    );

    test("is closed by its administrator even where a superuser gave the rights", async () => {
      await superuser((client) => client.query(grants("public", { ends_sessions: "on" })));
      await group((client) => client.query(roleScript("break-glass.sql", NAMES)));
      const attempt = as(NAMES.executor, "act", (client) => client.query("select"));
      expect((await failureOf(attempt)).message).toMatch(/not permitted to log in/);
      await superuser((client) => client.query(roleScript("break-glass.sql", NAMES)));
    });

    test("is left without a trace by the administrator who onboarded it", async () => {
      for (const name of ["break-glass.sql", "remove-roles.sql"])
        await group((client) => client.query(roleScript(name, NAMES)));
      const { rows } = await superuser((client) => client.query("select defaclacl from pg_default_acl"));
      expect(rows).toEqual([]);
    });
  });

  describe("who made the owner but holds none of its rights", () => {
    const creator = <T>(work: (client: pg.Client) => Promise<T>) => as("creator", "creator", work);

    test("is told to take them", async () => {
      await creator((client) => client.query(roleScript("plain-roles.sql", { ...NAMES, ...PASSWORDS })));
      await creator((client) => client.query("create role lone_owner nologin"));
      await superuser((client) =>
        client.query(`grant pg_monitor to creator with admin option; create schema lone authorization creator;
          create table lone.things (id bigint); grant create, usage on schema lone to lone_owner;
          alter table lone.things owner to lone_owner`),
      );
      const { message, hint } = await failureOf(creator((client) => client.query(grants("lone"))));
      expect(message).toMatch(/permission denied for table things/);
      expect(hint).toMatch(/\ngrant lone_owner to creator;$/);
    });

    test("may do without where it can give SELECT, and is told that later tables want another run", async () => {
      await superuser((client) => client.query("grant select on lone.things to creator with grant option"));
      const notices: string[] = [];
      await creator(async (client) => {
        client.on("notice", ({ message }) => notices.push(message ?? ""));
        await client.query(grants("lone"));
      });
      expect(notices.join()).toMatch(/run this again after lone_owner has made a table/);
    });

    test("says who reads later tables once it has taken them", async () => {
      await creator((client) => client.query("grant lone_owner to creator"));
      await creator((client) => client.query(grants("lone")));
      await superuser((client) => client.query("set role lone_owner; create table lone.later (id bigint)"));
      await as(NAMES.investigator, "look", (client) => client.query("select count(*) from lone.later"));
    });
  });
});
