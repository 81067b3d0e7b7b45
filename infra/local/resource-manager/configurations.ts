// Server parameters of the local PostgreSQL, in the words of Azure's Flexible Server.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Refused } from "./operations.ts";

const TIMEOUT_MS = 10_000;
const READ = `
  select name, setting, unit, vartype, context, source, boot_val, min_val, max_val, enumvals, pending_restart, short_desc
  from pg_settings where name = lower($1)`;
type Row = {
  name: string;
  setting: string;
  unit: string | null;
  vartype: "bool" | "enum" | "integer" | "real" | "string";
  context: string;
  source: string;
  boot_val: string | null;
  min_val: string | null;
  max_val: string | null;
  enumvals: string[] | null;
  pending_restart: boolean;
  short_desc: string;
};
const TYPES = { bool: "Boolean", enum: "Enumeration", integer: "Integer", real: "Numeric", string: "String" } as const;

export type Configurations = ReturnType<typeof configurationsOf>;

/** `url` is the superuser's: the managed service does this in the place of its customers. */
export function configurationsOf(url: string) {
  return {
    /** A parameter as Azure answers it; null where there is none of the name. */
    read: (name: string) =>
      withSuperuser(url, async (client) => {
        const row = await rowOf(client, name);
        return row === undefined ? null : { name: row.name, properties: propertiesOf(row) };
      }),
    /** Sets it and lets the server read its settings again. A wrong value is {@link Refused}. */
    write: (name: string, value: string): Promise<void> =>
      withSuperuser(url, async (client) => {
        const before = await loadedAt(client);
        try {
          await client.query(`alter system set ${pg.escapeIdentifier(name)} = ${pg.escapeLiteral(value)}`);
        } catch (error) {
          throw new Refused("InvalidParameterValue", error instanceof Error ? error.message : String(error));
        }
        await client.query("select pg_reload_conf()");
        await settled(client, before);
      }),
  };
}

const rowOf = async (client: pg.Client, name: string): Promise<Row | undefined> =>
  (await client.query<Row>(READ, [name])).rows[0];

/** Azure has no read-only parameters but those that no file can set. */
const isReadOnly = ({ context, source }: Row): boolean => context === "internal" || source === "command line";

function propertiesOf(row: Row) {
  const { setting, unit, vartype, boot_val: bootValue, min_val: least, max_val: most, enumvals } = row;
  const range = least === null || most === null ? "" : `${least}-${most}`;
  return {
    value: setting,
    description: row.short_desc,
    defaultValue: bootValue ?? "",
    dataType: TYPES[vartype],
    allowedValues: vartype === "bool" ? "on,off" : (enumvals?.join(",") ?? range),
    source: row.source === "default" ? "system-default" : "user-override",
    isDynamicConfig: row.context !== "postmaster" && row.context !== "internal",
    isReadOnly: isReadOnly(row),
    isConfigPendingRestart: row.pending_restart,
    ...(unit === null ? {} : { unit }),
  };
}

/** Told to read its files again, the server does so a moment later. */
async function settled(client: pg.Client, before: string): Promise<void> {
  for (const end = performance.now() + TIMEOUT_MS; performance.now() < end;) {
    if ((await loadedAt(client)) !== before) return;
    await sleep(20);
  }
  throw new Refused("InternalServerError", "the server did not read its settings again");
}

const loadedAt = async (client: pg.Client): Promise<string> =>
  (await client.query<{ at: string }>("select pg_conf_load_time()::text as at")).rows[0]?.at ?? "";

/** Ends every session but this one, as the restart of a server does. */
export const endSessions = (url: string): Promise<void> =>
  withSuperuser(url, async (client) => {
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'azure-monitor'",
    );
  });

async function withSuperuser<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "azure-resource-manager",
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
