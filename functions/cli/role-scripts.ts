// The scripts of infra/sql as a client without psql needs them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { OnboardArguments } from "./onboard.ts";

export type Passwords = { investigator: string; executor: string };
/** A script and the database that it belongs in. */
export type Script = { name: string; database: string; text: string };
type Wish = Omit<OnboardArguments, "owner" | "run">;

/** The database that a URL names; PostgreSQL's own where it names none. */
export const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || "postgres";

// Run from the sources, or from what was built of them.
const FOLDERS = ["../../infra/sql", "../../../infra/sql"].map((path) => join(import.meta.dirname, path));

/** The scripts of infra/sql with the names put in, as psql does with its variables; its own commands are left out. */
export function scriptsFor(given: Wish, passwords: Passwords): Script[] {
  const names = { investigator: given.investigator, executor: given.executor };
  const onOff = (is: boolean): string => (is ? "on" : "off");
  const database = databaseOf(given.server);
  const roles = given.entra
    ? filled("entra-roles.sql", {
        ...names,
        investigator_id: given["investigator-id"] ?? "",
        executor_id: given["executor-id"] ?? "",
      })
    : filled("plain-roles.sql", {
        ...names,
        investigator_password: passwords.investigator,
        executor_password: passwords.executor,
      });
  const grants = filled("grants.sql", {
    ...names,
    schemas: given.schema.join(","),
    reads_all_data: onOff(given["read-all-data"]),
    ends_sessions: onOff(given["end-sessions"]),
  });
  return [
    // Azure makes Entra roles in this database only; elsewhere roles may be made anywhere.
    { name: "roles", database: given.entra ? "postgres" : database, text: roles },
    { name: "grants", database, text: grants },
  ];
}

function filled(file: string, variables: Readonly<Record<string, string>>): string {
  const folder = FOLDERS.find((path) => existsSync(join(path, file)));
  if (folder === undefined) throw new Error(`infra/sql/${file} is missing: run pgmedic from its repository`);
  const valueOf = (name: string): string => {
    const value = variables[name];
    if (value === undefined) throw new Error(`${file} asks for ${name}, which nobody gives`);
    return value;
  };
  return readFileSync(join(folder, file), "utf8")
    .replaceAll(/^\\.*\n/gm, "")
    .replaceAll(/:(['"])(\w+)\1/g, (_all, quote: string, name: string) =>
      quote === "'" ? pg.escapeLiteral(valueOf(name)) : pg.escapeIdentifier(valueOf(name)),
    );
}
