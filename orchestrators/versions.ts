import type { OrchestrationContext } from "durable-functions";
import { type Ending, respondToAlert } from "./respond-to-alert.ts";
import type { Story } from "./step.ts";

/**
 * Every released way of an alert, by the version that `defaultVersion` in host.json gave its runs. A run keeps its version for as long as it
 * lives, so that a released way stays as it is: a changed one comes beside it, under the next version, and the old one goes once no run
 * of it is left.
 */
const WAYS: Readonly<Record<string, (ctx: OrchestrationContext) => Story<Ending>>> = {
  // Begun before there were versions.
  "": respondToAlert,
  "1.0": respondToAlert,
};

/** Goes the way that the run began with. A version that this code does not know fails the run loudly, and changes nothing. */
export function* respondToAlertByVersion(ctx: OrchestrationContext): Story<Ending> {
  const version = ctx.df.version ?? "";
  const way = WAYS[version];
  if (way === undefined) throw new Error(`this build knows no version ${version} of respondToAlert`);
  return yield* way(ctx);
}
