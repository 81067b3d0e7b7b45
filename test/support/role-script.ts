import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import pg from "pg";

const INFRA = resolve(import.meta.dirname, "../../infra");
type Variables = Readonly<Record<string, string>>;

/** A script of infra/sql as psql reads it: variables put in, its own commands left out. */
export const roleScript = (name: string, variables: Variables): string =>
  filled(readFileSync(`${INFRA}/sql/${name}`, "utf8"), name, variables);

/** What the demo's workload gives psql to make its shop. */
export function demoScript(variables: Variables): string {
  const [, sql] = /<<'SQL'\n([^]*?)\nSQL\n/.exec(readFileSync(`${INFRA}/demo-workload.sh`, "utf8")) ?? [];
  if (sql === undefined) throw new Error("the workload of the demo makes no shop");
  return filled(sql, "demo-workload.sh", variables);
}

function filled(text: string, name: string, variables: Variables): string {
  const valueOf = (variable: string): string => {
    const value = variables[variable];
    if (value === undefined) throw new Error(`${name} needs the variable ${variable}`);
    return value;
  };
  return text
    .replaceAll(/^\\.*$/gm, "")
    .replaceAll(/:'(\w+)'/g, (_all, variable: string) => pg.escapeLiteral(valueOf(variable)))
    .replaceAll(/:"(\w+)"/g, (_all, variable: string) => pg.escapeIdentifier(valueOf(variable)));
}
