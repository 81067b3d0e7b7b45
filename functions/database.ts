import { openPlannerClone, type PlannerClone } from "../shared/advisor/planner-clone.ts";
import { postgresOf, type Postgres } from "../shared/adapters/postgres.ts";
import { services } from "./services.ts";

let postgres: Postgres | undefined;
let clone: Promise<PlannerClone> | undefined;

/** The watched servers. Only the runner imports this. */
export const watchedServers = (): Postgres =>
  (postgres ??= postgresOf((setting) => {
    const secret = process.env[setting];
    if (secret === undefined)
      throw new Error(`the setting ${setting}, which a server's registration names, is not there`);
    return secret;
  }));

/** The planner clone of this process: opened on first use, reused by every investigation. */
export function plannerClone(): Promise<PlannerClone> {
  clone ??= openPlannerClone(services().settings.PGMEDIC_CLONE_FOLDER).catch((error: unknown) => {
    clone = undefined;
    throw error;
  });
  return clone;
}

let turn: Promise<unknown> = Promise.resolve();

/** Gives work the clone for itself: it holds one server's catalog at a time. */
export function withPlannerClone<T>(work: (clone: PlannerClone) => Promise<T>): Promise<T> {
  const mine = turn.then(async () => work(await plannerClone()));
  turn = mine.catch(() => {});
  return mine;
}

/** Closes the clone when the worker ends. */
export const closePlannerClone = async (): Promise<void> => (await clone?.catch(() => undefined))?.close();
