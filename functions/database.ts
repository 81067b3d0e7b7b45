import type { PlannerClone } from "../shared/advisor/clone-protocol.ts";
import { type CloneThread, startPlannerClone } from "../shared/advisor/clone-thread.ts";
import { postgresOf, type Postgres } from "../shared/adapters/postgres.ts";
import { services } from "./services.ts";
import { isOnThisMachine } from "./settings.ts";

let postgres: Postgres | undefined;
let clone: CloneThread | undefined;

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

/** The planner clone of this process: started on first use, reused by every investigation. */
export const plannerClone = (): PlannerClone => (clone ??= startPlannerClone(services().settings.PGMEDIC_CLONE_FOLDER));

let turn: Promise<unknown> = Promise.resolve();

/** Gives work the clone for itself: it holds one server's catalog at a time. A clone that died is replaced for the next one. */
export function withPlannerClone<T>(work: (clone: PlannerClone) => Promise<T>): Promise<T> {
  const mine = turn.then(() => work(plannerClone()));
  turn = mine.then(() => (clone?.hasEnded() === true ? closePlannerClone() : undefined), closePlannerClone);
  return mine;
}

/** Closes the clone, when the worker ends or something went wrong in it. */
export async function closePlannerClone(): Promise<void> {
  const closing = clone;
  clone = undefined;
  await closing?.close().catch(() => {});
}
