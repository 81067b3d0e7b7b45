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

/** What the role that acts may do: nothing by itself, everything that an index needs once it acts as the table's owner, and nothing more. */
export function executorItems(version: number, may: Privileges, isTryOut: boolean): CheckItem[] {
  const missing = may.owners.filter((owner) => !may.owned_by_member.includes(owner));
  const grants = missing.filter((owner) => !may.administrator_owners.includes(owner));
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
      remedySql: grants.length === 0 ? null : grants.map((owner) => grantOf(owner, version, may)).join("\n"),
    },
    administratorItem(version, may, isTryOut),
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

/** Who may act for an administrator is one. Who tries PgMedic out with an administrator's URL has decided that already. */
function administratorItem(version: number, may: Privileges, isTryOut: boolean): CheckItem {
  const memberships = [...new Set(may.administrator_memberships.map(({ role }) => role))];
  const isOne = may.is_administrator && (isTryOut || memberships.length === 0);
  const found = [
    ...(isOne ? [`${may.role} is one itself`] : []),
    ...(may.administrator_owners.length === 0 ? [] : [`tables belong to ${may.administrator_owners.join(", ")}`]),
    ...(isOne || memberships.length === 0 ? [] : [`${may.role} may act for ${memberships.join(", ")}`]),
  ];
  const holds = found.length === 0 || (isTryOut && isOne);
  const revokes = may.administrator_memberships.map((membership) => revokeOf(membership, version, may));
  const remedies = [...ownershipSql(may), ...(isOne ? [] : revokes)];
  return {
    id: "executor-administers",
    label: "The executor may act for no administrator of the server",
    holds,
    observed: found.join("; ") || "for none",
    remedySql: holds || remedies.length === 0 ? null : remedies.join("\n"),
  };
}

/** The SQL that gives the tables of administrators an owner that can do nothing else. */
export function ownershipSql(may: Privileges): string[] {
  if (may.administrator_owners.length === 0) return [];
  const usual = `${may.database}_owner`;
  const plain = may.administrator_owners.includes(usual) ? `${may.database}_tables` : usual;
  const schemas = [...new Set(may.administrator_tables.map(({ schema }) => schema))];
  return [
    "-- as the owner of today (100 tables at a time: check again for the rest):",
    ...(may.plain_roles.includes(plain) ? [] : [`create role ${identifier(plain)} nologin;`]),
    `grant ${identifier(plain)} to ${may.administrator_owners.map((owner) => identifier(owner)).join(", ")};`,
    ...schemas.map((schema) => `grant usage, create on schema ${identifier(schema)} to ${identifier(plain)};`),
    ...may.administrator_tables.map(
      ({ schema, table }) => `alter table ${identifier(schema, table)} owner to ${identifier(plain)};`,
    ),
  ];
}

type Membership = Privileges["administrator_memberships"][number];
function revokeOf({ role, grantor }: Membership, version: number, may: Privileges): string {
  const by = version >= SET_OPTION_VERSION ? ` granted by ${identifier(grantor)}` : "";
  return `revoke ${identifier(role)} from ${identifier(may.role)}${by};`;
}

function grantOf(owner: string, version: number, may: Privileges): string {
  const how = version >= SET_OPTION_VERSION ? " with set true, inherit false" : "";
  return `grant ${identifier(owner)} to ${identifier(may.role)}${how};`;
}
