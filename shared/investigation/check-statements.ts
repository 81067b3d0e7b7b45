import type { Preloaded } from "../catalogue/diagnostics/preloaded.ts";
import type { ServerFacts } from "../catalogue/diagnostics/server-facts.ts";
import type { CheckItem } from "../contracts/server.ts";
import { identifier } from "../core/identifier.ts";

/** Whether statements are counted, and their I/O timed. */
export function statementItems(facts: ServerFacts, loaded: Preloaded, role: string): CheckItem[] {
  const lack = facts.statements_schema === null ? lackOf(loaded, role) : null;
  return [
    {
      id: "pg-stat-statements",
      label: "pg_stat_statements counts the statements of this database",
      holds: lack === null,
      observed: lack?.observed ?? `in schema ${facts.statements_schema}`,
      remedySql: lack?.remedySql ?? null,
    },
    {
      id: "track-io-timing",
      label: "track_io_timing is on (wished for, not needed)",
      holds: loaded.tracks_io,
      observed: loaded.tracks_io ? "on" : "off",
      remedySql: loaded.tracks_io
        ? null
        : "-- in Azure: the server parameter track_io_timing; elsewhere:\nalter system set track_io_timing = on;\nselect pg_reload_conf();",
    },
  ];
}

type Lack = { observed: string; remedySql: string };

function lackOf(loaded: Preloaded, role: string): Lack {
  const { created_version: version, created_schema: schema } = loaded;
  const create = version === null ? "create extension pg_stat_statements;" : null;
  if (!loaded.is_available && version === null) {
    return {
      observed: "not on the machine",
      remedySql: `-- install PostgreSQL's contrib package there (postgresql-contrib), then:\n${preload(loaded)}\n${create}`,
    };
  }
  if (!loaded.is_loaded) {
    return {
      observed: "the server does not load it",
      remedySql: create === null ? preload(loaded) : `${preload(loaded)}\n${create}`,
    };
  }
  if (create !== null || schema === null) return { observed: "available, not created", remedySql: create ?? "" };
  if (isOld(version ?? "")) {
    return {
      observed: `at version ${version}, older than that of PostgreSQL 13`,
      remedySql: "alter extension pg_stat_statements update;",
    };
  }
  return {
    observed: `in schema ${schema}, which ${role} may not use`,
    remedySql: `grant usage on schema ${identifier(schema)} to ${identifier(role)};`,
  };
}

/** Each library is a word of its own: one quoted text with commas in it would keep the server from starting. */
function preload({ libraries }: Preloaded): string {
  const named = (libraries ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "pg_stat_statements");
  const list = [...named, "pg_stat_statements"].map((name) => `'${name.replaceAll("'", "''")}'`).join(", ");
  const note = libraries === null ? ", beside what it names already" : "";
  return (
    `-- in Azure: the server parameters azure.extensions and shared_preload_libraries; elsewhere${note}:\n` +
    `alter system set shared_preload_libraries = ${list};\n-- and restart the server`
  );
}

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major * 100 + minor < 108;
}
