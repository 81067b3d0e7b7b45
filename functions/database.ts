import { startPlannerClone } from "../shared/advisor/clone-thread.ts";
import { cloneTurns } from "../shared/advisor/clone-turns.ts";
import { postgresOf, type Postgres } from "../shared/adapters/postgres.ts";
import { services } from "./services.ts";
import { isOnThisMachine } from "./settings.ts";

let postgres: Postgres | undefined;

/** The watched servers. Only the runner imports this. */
export const watchedServers = (): Postgres =>
  (postgres ??= postgresOf(secretOf, {
    investigator: services().settings.PGMEDIC_INVESTIGATOR_CLIENT_ID,
    executor: services().settings.PGMEDIC_EXECUTOR_CLIENT_ID,
    domain: services().settings.PGMEDIC_POSTGRES_DOMAIN,
  }));

/**
 * What a server's registration names by a setting: a password, or a URL. Whoever writes a registration also says which host it is sent to,
 * so only settings that the deployment lists for it can be named.
 */
export function secretOf(setting: string): string {
  const { settings } = services();
  const listed = (settings.PGMEDIC_SECRET_SETTINGS ?? "").split(",").map((name) => name.trim());
  if (!isOnThisMachine(settings) && !listed.includes(setting))
    throw new Error(
      `the setting ${setting}, which a server's registration names, is not listed in PGMEDIC_SECRET_SETTINGS`,
    );
  const secret = process.env[setting];
  if (secret === undefined)
    throw new Error(`the setting ${setting}, which a server's registration names, is not there`);
  return secret;
}

const clones = cloneTurns(() => startPlannerClone(services().settings.PGMEDIC_CLONE_FOLDER));
/** Has this process's planner clone made: every investigation uses it. */
export const plannerClone = clones.ready;
/** Gives work the clone for itself. */
export const withPlannerClone = clones.withClone;
/** Closes the clone, when the worker ends or something went wrong in it. */
export const closePlannerClone = clones.close;
