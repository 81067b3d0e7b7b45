// The server's parameters as a file that it reads at its start: unlike the command line's, ALTER SYSTEM goes over them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "pgmedic.conf";
const INCLUDE = `include = '${FILE}'`;

/** Writes them into the data folder. `postgresql.auto.conf`, which ALTER SYSTEM writes, is read after this file. */
export function writeParameters(dataFolder: string, parameters: Readonly<Record<string, string>>): void {
  const lines = Object.entries(parameters).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  writeFileSync(join(dataFolder, FILE), `${lines.join("\n")}\n`, { mode: 0o644 });
  const main = join(dataFolder, "postgresql.conf");
  const text = readFileSync(main, "utf8");
  if (!text.split("\n").includes(INCLUDE)) writeFileSync(main, `${text}\n${INCLUDE}\n`);
}
