// Database cluster and platform together, as a test file needs them.
import { type Depot, startDepot } from "./parcels.ts";
import { type Journey, journeyOf } from "./journey.ts";
import { type Platform, startPlatform } from "./platform.ts";

export type Arena = {
  platform: Platform;
  /** An incident to come, on a database of its own. */
  openJourney: () => Promise<Journey>;
  stop: () => Promise<void>;
};

/** Starts both; when one cannot start, the other is ended again. */
export async function startArena(environment: Record<string, string> = {}): Promise<Arena> {
  const [depot, platform]: [PromiseSettledResult<Depot>, PromiseSettledResult<Platform>] = await Promise.allSettled([
    startDepot(),
    startPlatform(environment),
  ]);
  const stop = async (): Promise<void> => {
    if (platform.status === "fulfilled") await platform.value.stop();
    if (depot.status === "fulfilled") await depot.value.stop();
  };
  if (depot.status === "fulfilled" && platform.status === "fulfilled") {
    const openJourney = async () => journeyOf(platform.value, await depot.value.open());
    return { platform: platform.value, openJourney, stop };
  }
  await stop();
  throw [depot, platform].find((start) => start.status === "rejected")?.reason;
}
