import { TLSSocket } from "node:tls";
import pg from "pg";
import { z } from "zod";
import type { Server } from "../contracts/server.ts";
import type { Statement } from "../contracts/statement.ts";
import { postgresToken } from "./identity.ts";
import { inSpan } from "./telemetry.ts";

/** A statement that was run, by its name in the catalogue; `rows` is null where it failed. */
export type Ran = { name: string; rows: number | null; ms: number };

/** A connection for the length of one piece of work. It keeps what was run, in order, and what that cost the server. */
export type Session = {
  query<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row[]>;
  /** Notices since the connection began: for VACUUM and ANALYZE a warning is the only sign of failure. */
  notices: string[];
  /** The certificate that the server showed, and its end; null without TLS. */
  certificate: { subject: string; expiresAt: string } | null;
  ran: Ran[];
};

type RoleName = "investigator" | "executor";
/**
 * Client ids of the managed identities that sign in to PostgreSQL, by role. Their tokens are good at every server that knows the role: they
 * go to hosts of `domain` alone, whatever a registration says.
 */
export type Identities = { investigator?: string | undefined; executor?: string | undefined; domain?: string };
/** Azure's, in the public cloud. */
const AZURE_DOMAIN = "postgres.database.azure.com";
export type Secrets = (setting: string) => string;
type Known = { secrets: Secrets; identities: Identities };
export type Postgres = ReturnType<typeof postgresOf>;

type Purpose = { server: Server; applicationName: string };
type Limits = { readOnly: boolean; statementTimeoutMs: number; lockTimeoutMs: number };

/** A read must not wait for a lock and must not run long. */
const INVESTIGATOR: Limits = { readOnly: true, statementTimeoutMs: 5_000, lockTimeoutMs: 200 };
/** No short lock_timeout: a concurrent build that gives up waiting leaves an INVALID index behind. */
const EXECUTOR: Limits = { readOnly: false, statementTimeoutMs: 0, lockTimeoutMs: 0 };
const CONNECT_TIMEOUT_MS = 5_000;
/** A build outlives the client that started it, so that a lost connection leaves no INVALID index. The setting came with PostgreSQL 14. */
const OUTLIVE_CLIENT =
  "select set_config(name, '0', false) from pg_settings where name = 'client_connection_check_interval'";

/**
 * The two ways to a watched server. Each call opens one connection and closes it; a lost server rejects.
 * Every statement goes by the extended protocol: under the simple one `COMMIT; DROP …` escapes a read-only transaction.
 */
export function postgresOf(secrets: Secrets, identities: Identities = {}) {
  const run = async <T>(purpose: Purpose, role: RoleName, work: (session: Session) => Promise<T>): Promise<T> => {
    const limits = role === "investigator" ? INVESTIGATOR : EXECUTOR;
    const client = new pg.Client({
      ...(await target(purpose.server, role, { secrets, identities })),
      application_name: purpose.applicationName.slice(0, 63),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      options: startOptions(limits),
    });
    client.on("error", () => {}); // A connection that breaks while idle rejects the next query; without a listener it would end the process.
    await inSpan(spanOfStatement("connect"), told(client, "connect"), () => client.connect());
    try {
      if (role === "executor")
        await inSpan(spanOfStatement("outlive-client"), told(client, "outlive-client"), () =>
          client.query(OUTLIVE_CLIENT),
        );
      return await work(sessionOf(client));
    } finally {
      await client.end().catch(() => {});
    }
  };
  return {
    /** Works as the investigator: read-only, short timeouts. */
    asInvestigator: <T>(purpose: Purpose, work: (session: Session) => Promise<T>) => run(purpose, "investigator", work),
    /** Works as the executor: the only role that changes anything. */
    asExecutor: <T>(purpose: Purpose, work: (session: Session) => Promise<T>) => run(purpose, "executor", work),
  };
}

function startOptions({ readOnly, statementTimeoutMs, lockTimeoutMs }: Limits): string {
  return [
    "search_path=pg_catalog",
    `statement_timeout=${statementTimeoutMs}`,
    `lock_timeout=${lockTimeoutMs}`,
    `default_transaction_read_only=${readOnly ? "on" : "off"}`,
    // Where compiling is what slows a server down, it would slow PgMedic's own look at it past its time limit.
    "jit=off",
  ]
    .map((setting) => `-c ${setting}`)
    .join(" ");
}

async function target(server: Server, role: RoleName, { secrets, identities }: Known): Promise<pg.ClientConfig> {
  const { connection } = server;
  if (connection.kind === "url") return { connectionString: plainUrl(secrets(connection.urlSetting)) };
  const signIn = connection[role];
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: signIn.user,
    password:
      signIn.kind === "entra" ? await tokenFor(connection.host, role, identities) : secrets(signIn.passwordSetting),
    ...(connection.tls === "verify-full" ? { ssl: { rejectUnauthorized: true } } : {}),
  };
}

/** A URL's own session settings would take the place of the limits above. */
function plainUrl(text: string): string {
  const url = new URL(text);
  for (const name of ["options", "application_name", "fallback_application_name"]) url.searchParams.delete(name);
  return url.href;
}

async function tokenFor(
  host: string,
  role: RoleName,
  { domain = AZURE_DOMAIN, ...identities }: Identities,
): Promise<string> {
  const name = host.toLowerCase();
  if (name !== domain && !name.endsWith(`.${domain}`))
    throw new Error(
      `no token is sent to ${host}, which is no host of ${domain}: set PGMEDIC_POSTGRES_DOMAIN where another is meant`,
    );
  return postgresToken(identities[role]);
}

/** The name of a statement's span. */
export const spanOfStatement = (name: string): string => `sql ${name}`;

/** What leaves with the span of a statement: where it went and what it is called, never its text or a value. */
const told = ({ host, port, database = "" }: pg.Client, operation: string) => ({
  kind: "client" as const,
  isDetail: true,
  attributes: {
    // Application Insights knows the attributes by these names, which OpenTelemetry has changed since.
    "db.system": "postgresql",
    "db.name": database,
    "db.operation": operation,
    "server.address": host,
    "server.port": port,
  },
});

/** What pg keeps of a connection that its types do not tell of. */
const Connected = z.looseObject({ connection: z.looseObject({ stream: z.instanceof(TLSSocket) }) });

function certificateOf(client: pg.Client): Session["certificate"] {
  const stream = Connected.safeParse(client).data?.connection.stream;
  const shown = stream?.getPeerCertificate();
  const end = Date.parse(shown?.valid_to ?? "");
  return Number.isNaN(end) ? null : { subject: client.host, expiresAt: new Date(end).toISOString() };
}

function sessionOf(client: pg.Client): Session {
  const session: Session = {
    notices: [],
    certificate: certificateOf(client),
    ran: [],
    query: async (statement, values = []) => {
      const startedAt = performance.now();
      // @types/pg does not know queryMode, which pg has since 8.13.
      const config: pg.QueryConfig & { queryMode: "extended" } = {
        // At the end: from 18 on pg_stat_statements cuts off a comment that comes first, and the mark is what it is known by.
        text: `${statement.text} /* pgmedic:${statement.name} */`,
        values: [...values],
        queryMode: "extended",
      };
      const ran: Ran = { name: statement.name, rows: null, ms: 0 };
      session.ran.push(ran);
      const result = await inSpan(spanOfStatement(statement.name), told(client, statement.name), () =>
        client.query(config),
      ).finally(() => (ran.ms = Math.round((performance.now() - startedAt) * 10) / 10));
      ran.rows = result.rows.length;
      return z.array(statement.row).parse(result.rows);
    },
  };
  client.on("notice", (notice) => session.notices.push(`${notice.severity}: ${notice.message}`));
  return session;
}
