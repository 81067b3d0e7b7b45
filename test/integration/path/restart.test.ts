import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import {
  accountOf,
  decide,
  faultsOf,
  isSuspended,
  type Journey,
  postAlert,
  prepare,
  until,
  untilEnded,
} from "../../chaos/support/journey.ts";
import type { Platform } from "../../chaos/support/platform.ts";

let arena: Arena;
let platform: Platform;
beforeAll(async () => {
  arena = await startArena();
  ({ platform } = arena);
  return arena.stop;
});

/** An incident that waits for a person. */
async function suspended(): Promise<{ resume: () => Promise<void> }> {
  const journey: Journey = await arena.openJourney();
  await prepare(journey);
  await postAlert(journey);
  const incident = await until(journey, isSuspended, "suspended");
  return {
    resume: async () => {
      await decide(journey, incident);
      await untilEnded(journey);
      const faults = await faultsOf(journey);
      expect(faults, faults.length === 0 ? "" : await accountOf(journey)).toEqual([]);
      expect(await platform.messages()).toEqual([]);
    },
  };
}

test("after a clean stop between suspended and approved the approval still resumes", async () => {
  const { resume } = await suspended();
  await platform.stopGently("host");
  await platform.start("host");
  await resume();
});

test("after kill -9 between suspended and approved the approval still resumes", async () => {
  const { resume } = await suspended();
  await platform.restart("host");
  await resume();
});

test("a run that waits goes on in another build, with other settings", async () => {
  const { resume } = await suspended();
  await platform.stopGently("host");
  // The same sources, run without having been compiled.
  const sources = fileURLToPath(new URL("../../../functions/app.ts", import.meta.url));
  await platform.start("host", { PGMEDIC_HOST_ENTRY: sources, PGMEDIC_VERIFY_SECONDS: "2" });
  await resume();
  await platform.restart("host");
});
