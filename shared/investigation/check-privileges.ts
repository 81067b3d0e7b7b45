import type { Privileges } from "../catalogue/diagnostics/privileges.ts";
import type { ServerFacts } from "../catalogue/diagnostics/server-facts.ts";
import type { CheckItem } from "../contracts/server.ts";
import { identifier } from "../core/identifier.ts";

const OLDEST_VERSION = 130000;
const NEWEST_KNOWN = 190000;
/** From this version on a membership says for itself whether it allows SET ROLE. */
const SET_OPTION_VERSION = 160000;

/** Whether PgMedic knows this kind of server. */
export function versionItems({ version, is_in_recovery: isReplica }: ServerFacts): CheckItem[] {
  return [
    {
      id: "version",
      label: "PostgreSQL 13 to 18",
      holds: version >= OLDEST_VERSION && version < NEWEST_KNOWN,
      observed: `${Math.floor(version / 10_000)}.${version % 10_000}`,
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

/** What the role that looks may see in the watched schemas. */
export function investigatorItems(schemas: readonly string[], may: Privileges): CheckItem[] {
  const role = identifier(may.role);
  const readsAll = may.is_superuser || may.reads_all_data || may.readable_tables === may.all_tables;
  const monitors = may.is_superuser || may.is_monitor;
  const elsewhere = may.other_schemas.length === 0 ? "" : `; not watched: ${may.other_schemas.join(", ")}`;
  return [
    {
      id: "watched-tables",
      label: "The watched schemas hold tables",
      holds: may.all_tables > 0,
      observed: `${may.all_tables} ${may.all_tables === 1 ? "table" : "tables"} in ${schemas.join(", ")}${elsewhere}`,
      remedySql: null,
    },
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
        : schemas.map((schema) => `grant select on all tables in schema ${identifier(schema)} to ${role};`).join("\n"),
    },
  ];
}

/** What the role that acts may do: nothing by itself, everything that an index needs once it acts as the table's owner. */
export function executorItems(version: number, may: Privileges): CheckItem[] {
  const missing = may.owners.filter((owner) => !may.owned_by_member.includes(owner));
  const closed = may.closed_schemas.map(({ schema, owner }) => `${owner} in ${schema}`);
  return [
    {
      id: "executor-owners",
      label: "The executor may act for the owners of the tables",
      holds: missing.length === 0,
      observed:
        missing.length === 0
          ? `for ${may.owners.join(", ") || "nobody: there are no tables"}`
          : `not for ${missing.join(", ")}`,
      remedySql: missing.length === 0 ? null : missing.map((owner) => grantOf(owner, version, may)).join("\n"),
    },
    {
      id: "owners-create",
      label: "The owners of the tables may create indexes in their schemas",
      holds: closed.length === 0,
      observed: closed.length === 0 ? "they may" : `not ${closed.join(", ")}`,
      remedySql:
        closed.length === 0
          ? null
          : may.closed_schemas
              .map(({ schema, owner }) => `grant create on schema ${identifier(schema)} to ${identifier(owner)};`)
              .join("\n"),
    },
  ];
}

function grantOf(owner: string, version: number, may: Privileges): string {
  const how = version >= SET_OPTION_VERSION ? " with set true, inherit false" : "";
  const grant = `grant ${identifier(owner)} to ${identifier(may.role)}${how};`;
  if (!may.superuser_owners.includes(owner)) return grant;
  return `-- ${owner} is a superuser, and who may act for it may do everything: better give its tables another owner first\n${grant}`;
}
