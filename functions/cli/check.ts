import { postgresOf } from "../../shared/adapters/postgres.ts";
import { checkServer } from "../../shared/investigation/check-server.ts";
import type { CheckArguments } from "./arguments.ts";
import { type Outcome, serverOf } from "./outcome.ts";

/** `pgmedic check`: exit 0 when nothing is missing, 1 when something is, 2 when the server cannot be reached. */
export async function check(given: CheckArguments): Promise<Outcome> {
  const found = await checkServer(
    postgresOf(() => given.server),
    serverOf(given),
    new Date(),
  );
  const missing = found.items.filter(({ holds }) => !holds);
  const lines = found.items.map(({ holds, label, observed, remedySql }) => {
    const remedy = remedySql === null ? "" : `\n${remedySql.replaceAll(/^/gm, "      ")}`;
    return `${holds ? "ok     " : "missing"} ${label}: ${observed}${remedy}`;
  });
  const exitCode = found.reachable ? (missing.length === 0 ? 0 : 1) : 2;
  return { text: given.json ? JSON.stringify(found, null, 2) : lines.join("\n"), exitCode };
}
