import type { Postgres } from "../adapters/postgres.ts";
import { preloaded } from "../catalogue/diagnostics/preloaded.ts";
import { type Privileges, privileges } from "../catalogue/diagnostics/privileges.ts";
import type { ServerFacts } from "../catalogue/diagnostics/server-facts.ts";
import type { CheckItem, Server, ServerCheck } from "../contracts/server.ts";
import { identifier } from "../core/identifier.ts";
import { one, readServerFacts } from "./take-snapshot.ts";

const OLDEST_VERSION = 130000;
const NEWEST_KNOWN = 190000;

/** Connects as both roles and says what is missing, with the SQL that mends it. Changes nothing. An unreachable server is an answer. */
export async function checkServer(postgres: Postgres, server: Server, now: Date): Promise<ServerCheck> {
  const purpose = { server, applicationName: "pgmedic/check" };
  const base = { serverId: server.serverId, checkedAt: now.toISOString() };
  try {
    const { facts, ...asInvestigator } = await postgres.asInvestigator(purpose, async (session) => ({
      facts: await readServerFacts(session),
      loaded: await one(session.query(preloaded)),
      may: await one(session.query(privileges, [server.schemas])),
    }));
    const items = [
      ...versionItems(facts),
      ...statementItems(facts, asInvestigator.loaded),
      ...investigatorItems(server, asInvestigator.may),
    ];
    return {
      ...base,
      reachable: true,
      version: versionText(facts.version),
      items: [...items, ...(await executorItems(postgres, server))],
    };
  } catch (failure) {
    return { ...base, reachable: false, version: null, items: [unreachable("investigator", failure)] };
  }
}

async function executorItems(postgres: Postgres, server: Server): Promise<CheckItem[]> {
  try {
    const purpose = { server, applicationName: "pgmedic/check" };
    const may = await postgres.asExecutor(purpose, (session) => one(session.query(privileges, [server.schemas])));
    const missing = may.owners.filter((owner) => !may.owned_by_member.includes(owner));
    const grants = missing.map((owner) => `grant ${identifier(owner)} to ${identifier(may.role)};`);
    return [
      {
        id: "executor-owners",
        label: "The executor may act for the owners of the tables",
        holds: missing.length === 0,
        observed:
          missing.length === 0
            ? `member of ${may.owners.join(", ") || "no owner: there are no tables"}`
            : `not a member of ${missing.join(", ")}`,
        remedySql: missing.length === 0 ? null : grants.join("\n"),
      },
    ];
  } catch (failure) {
    return [unreachable("executor", failure)];
  }
}

function unreachable(role: string, failure: unknown): CheckItem {
  const observed = failure instanceof Error ? failure.message : String(failure);
  return { id: `${role}-connects`, label: `The ${role} can connect`, holds: false, observed, remedySql: null };
}

const versionText = (version: number): string => `${Math.floor(version / 10000)}.${version % 10000}`;

function versionItems({ version, is_in_recovery: isReplica }: ServerFacts): CheckItem[] {
  return [
    {
      id: "version",
      label: "PostgreSQL 13 to 18",
      holds: version >= OLDEST_VERSION && version < NEWEST_KNOWN,
      observed: versionText(version),
      remedySql: null,
    },
    {
      id: "primary",
      label: "The server is a primary",
      holds: !isReplica,
      observed: isReplica ? "it is a replica: PgMedic could look but not act" : "primary",
      remedySql: null,
    },
  ];
}

function statementItems(
  { statements_schema: schema }: ServerFacts,
  loaded: { tracks_io: boolean; is_available: boolean },
): CheckItem[] {
  const how =
    "-- shared_preload_libraries must name pg_stat_statements (on Azure: azure.extensions too), then:\ncreate extension pg_stat_statements;";
  return [
    {
      id: "pg-stat-statements",
      label: "pg_stat_statements is installed in this database",
      holds: schema !== null,
      observed:
        schema === null ? (loaded.is_available ? "available, not created" : "not available") : `in schema ${schema}`,
      remedySql: schema === null ? how : null,
    },
    {
      id: "track-io-timing",
      label: "track_io_timing is on (wished for, not needed)",
      holds: loaded.tracks_io,
      observed: loaded.tracks_io ? "on" : "off",
      remedySql: loaded.tracks_io
        ? null
        : "-- as the server parameter in Azure, or:\nalter system set track_io_timing = on;\nselect pg_reload_conf();",
    },
  ];
}

function investigatorItems(server: Server, may: Privileges): CheckItem[] {
  const role = identifier(may.role);
  const readsAll = may.is_superuser || may.reads_all_data || may.readable_tables === may.all_tables;
  const monitors = may.is_superuser || may.is_monitor;
  return [
    {
      id: "investigator-monitors",
      label: "The investigator sees every session and statement (pg_monitor)",
      holds: monitors,
      observed: monitors ? `${may.role} does` : `${may.role} does not`,
      remedySql: monitors ? null : `grant pg_monitor to ${role};`,
    },
    {
      id: "investigator-reads",
      label: "The investigator sees the statistics of the watched tables",
      holds: readsAll,
      observed: `${may.readable_tables} of ${may.all_tables} tables`,
      remedySql: readsAll
        ? null
        : server.schemas
            .map((schema) => `grant select on all tables in schema ${identifier(schema)} to ${role};`)
            .join("\n"),
    },
  ];
}
