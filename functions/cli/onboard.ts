import { randomBytes } from "node:crypto";
import type { ParseArgsConfig } from "node:util";
import pg from "pg";
import { z } from "zod";
import { postgresOf } from "../../shared/adapters/postgres.ts";
import { privileges } from "../../shared/catalogue/diagnostics/privileges.ts";
import type { Server } from "../../shared/contracts/server.ts";
import { ownershipSql } from "../../shared/investigation/check-privileges.ts";
import { checkServer } from "../../shared/investigation/check-server.ts";
import { type Outcome, serverOf } from "./outcome.ts";
import { databaseOf, type Passwords, type Script, scriptsFor } from "./role-scripts.ts";

const RoleName = z.string().min(1).max(63);

export const OnboardArguments = z
  .strictObject({
    server: z.string().regex(/^postgres(ql)?:\/\//, "give --server postgres://administrator@host/database"),
    schema: z.array(z.string().min(1)).default(["public"]),
    investigator: RoleName.default("pgmedic_investigator"),
    executor: RoleName.default("pgmedic_executor"),
    owner: z.array(RoleName).default([]),
    entra: z.boolean().default(false),
    "investigator-id": z.guid().optional(),
    "executor-id": z.guid().optional(),
    "read-all-data": z.boolean().default(false),
    "end-sessions": z.boolean().default(false),
    run: z.boolean().default(false),
  })
  .refine(({ investigator, executor }) => investigator !== executor, {
    message: "who looks and who acts are two roles: give them different names",
    path: ["executor"],
  })
  .refine((given) => !given.entra || (given["investigator-id"] !== undefined && given["executor-id"] !== undefined), {
    message:
      "--entra needs the object ids of the two identities: give --investigator-id and --executor-id, the outputs investigatorObjectId and executorObjectId of the deployment",
    path: ["entra"],
  });
export type OnboardArguments = z.infer<typeof OnboardArguments>;

export const ONBOARD_OPTIONS = {
  server: { type: "string" },
  schema: { type: "string", multiple: true },
  investigator: { type: "string" },
  executor: { type: "string" },
  owner: { type: "string", multiple: true },
  entra: { type: "boolean" },
  "investigator-id": { type: "string" },
  "executor-id": { type: "string" },
  "read-all-data": { type: "boolean" },
  "end-sessions": { type: "boolean" },
  run: { type: "boolean" },
} as const satisfies ParseArgsConfig["options"];

export const ONBOARD_USAGE = `pgmedic onboard --server postgres://administrator@host/database [--schema name]… [--owner role]… [--run]
    [--investigator name] [--executor name] [--entra --investigator-id ID --executor-id ID] [--read-all-data] [--end-sessions]
    the SQL that makes PgMedic's two roles and gives them their rights in one database; with --run it is carried out and checked.
    Passwords are taken from PGMEDIC_INVESTIGATOR_PASSWORD and PGMEDIC_EXECUTOR_PASSWORD, or made up and shown.
    --owner: with --run, refuses when tables of the schemas belong to somebody else`;

/** `pgmedic onboard`: exit 0 when printed, or carried out with nothing missing; 1 when the check misses something; 2 when it was refused. */
export async function onboard(given: OnboardArguments): Promise<Outcome> {
  const passwords: Passwords = {
    investigator: process.env["PGMEDIC_INVESTIGATOR_PASSWORD"] ?? madeUp(),
    executor: process.env["PGMEDIC_EXECUTOR_PASSWORD"] ?? madeUp(),
  };
  const scripts = scriptsFor(given, passwords);
  if (!given.run) return { text: scripts.map(asText).join("\n"), exitCode: 0 };

  const strangers = given.owner.length === 0 ? [] : await otherOwners(given);
  if (strangers.length > 0)
    return {
      text: `refused: tables of ${given.schema.join(", ")} belong to ${strangers.join(", ")} too, for whom the executor could then act. Name them with --owner, or leave their schema out.`,
      exitCode: 2,
    };
  const administered = await ownedByAdministrators(given);
  if (administered !== null) return { text: administered, exitCode: 2 };
  const lines: string[] = [];
  for (const script of scripts) lines.push(...(await carryOut(given.server, script)));
  if (given.entra) {
    lines.push("The identities sign in from the runner alone: register the server and let it check itself.");
    return { text: lines.join("\n"), exitCode: 0 };
  }
  const check = await checkServer(
    postgresOf((role) => (role === "investigator" ? passwords.investigator : passwords.executor)),
    signedIn(given),
    new Date(),
  );
  const missing = check.items.filter(({ holds }) => !holds);
  lines.push(
    ...check.items.map(({ holds, label, observed }) => `${holds ? "ok     " : "missing"} ${label}: ${observed}`),
  );
  lines.push(...missing.flatMap(({ remedySql }) => (remedySql === null ? [] : [remedySql])));
  lines.push(...passwordLines(passwords));
  return { text: lines.join("\n"), exitCode: missing.length === 0 ? 0 : 1 };
}

const madeUp = (): string => randomBytes(24).toString("base64url");

/** A password that the caller gave is known to the caller; one that was made up is shown, once. */
const passwordLines = (passwords: Passwords): string[] =>
  (["investigator", "executor"] as const)
    .filter((role) => process.env[`PGMEDIC_${role.toUpperCase()}_PASSWORD`] === undefined)
    .map((role) => `password of the ${role}, shown once: ${passwords[role]}`);

const asText = ({ database, text }: Script): string => `-- In the database ${database}:\n${text}`;

async function connected<T>(server: string, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(database)}`;
  const client = new pg.Client({ connectionString: url.href, application_name: "pgmedic/onboard" });
  client.on("error", () => {}); // A connection that breaks while idle rejects the next query.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

const carryOut = (server: string, { name, database, text }: Script): Promise<string[]> =>
  connected(server, database, async (client) => {
    const notices: string[] = [];
    client.on("notice", ({ severity, message }) => notices.push(`${severity ?? "NOTICE"}: ${message ?? ""}`));
    await client.query(text).catch((error: unknown) => {
      const hint = error instanceof pg.DatabaseError ? error.hint : undefined;
      throw hint === undefined ? error : new Error(`${(error as Error).message}\n${hint}`, { cause: error });
    });
    return [...notices, `done    ${name} in ${database}`];
  });

const OWNERS = `select distinct r.rolname::text as owner
  from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_roles r on r.oid = c.relowner
  where n.nspname = any($1::text[]) and c.relkind in ('r', 'p') and r.rolname <> all($2::text[])
  order by 1`;

/** Owners of tables of the schemas that were not named. */
const otherOwners = ({ server, schema, owner }: OnboardArguments): Promise<string[]> =>
  connected(server, databaseOf(server), async (client) => {
    const { rows } = await client.query(OWNERS, [schema, owner]);
    return z
      .array(z.object({ owner: z.string() }))
      .parse(rows)
      .map((row) => row.owner);
  });

/** Why nothing is carried out, with the SQL that mends it, where tables of the schemas belong to an administrator; else null. */
const ownedByAdministrators = ({ server, schema }: OnboardArguments): Promise<string | null> =>
  connected(server, databaseOf(server), async (client) => {
    const { rows } = await client.query(privileges.text, [schema]);
    const [may] = z.tuple([privileges.row]).parse(rows);
    if (may.administrator_owners.length === 0) return null;
    const owners = may.administrator_owners.join(", ");
    return `refused: tables of ${schema.join(", ")} belong to ${owners}, and who may act for an administrator may do everything. Give them an owner that can do nothing else:\n${ownershipSql(may).join("\n")}`;
  });

/** The server as PgMedic will reach it: as the two roles. */
function signedIn(given: OnboardArguments): Server {
  const url = new URL(given.server);
  const mode = url.searchParams.get("sslmode") ?? "disable";
  const signIn = (user: string, passwordSetting: string) => ({ kind: "password" as const, user, passwordSetting });
  return {
    ...serverOf(given),
    connection: {
      kind: "roles",
      host: url.hostname.replaceAll(/^\[|\]$/g, ""),
      port: Number(url.port || 5432),
      database: databaseOf(given.server),
      tls: ["disable", "allow", "prefer"].includes(mode) ? "off" : "verify-full",
      investigator: signIn(given.investigator, "investigator"),
      executor: signIn(given.executor, "executor"),
    },
  };
}
