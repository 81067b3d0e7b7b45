import { beforeAll, expect, test } from "vitest";
import { later } from "../../shared/core/time.ts";
import { type Arena, startArena } from "./support/arena.ts";
import type { Crash, Stage } from "./support/crash-points.ts";
import {
  accountOf,
  decide,
  faultsOf,
  isSuspended,
  type Journey,
  postAlert,
  prepare,
  travel,
  until,
  untilEnded,
} from "./support/journey.ts";
import { indexOn } from "./support/parcels.ts";
import type { Part, Platform } from "./support/platform.ts";

let arena: Arena;
let platform: Platform;
beforeAll(async () => {
  arena = await startArena();
  ({ platform } = arena);
  return arena.stop;
});

async function expectNoFaults(journey: Journey): Promise<void> {
  const faults = await faultsOf(journey);
  expect(faults, faults.length === 0 ? "" : await accountOf(journey)).toEqual([]);
  expect(await platform.messages()).toEqual([]);
}

test("a run whose orchestration was lost goes on from what the incident says, also after the decision", async () => {
  const journey = await arena.openJourney();
  await prepare(journey);
  await postAlert(journey);
  const incident = await until(journey, isSuspended, "suspended");
  await platform.kill("host");
  platform.forgetRuns();
  await platform.start("host");
  await decide(journey, incident);
  // The broker gives up on the message that nobody can take; a minute later the sweep looks.
  await until(journey, ({ outbox }) => outbox.length === 0, "announced");
  const { incidents, now } = platform.documents;
  await incidents.change(journey.incidentId, (current) => ({
    ...current,
    updatedAt: later(now(), -61_000).toISOString(),
  }));
  await untilEnded(journey);
  const faults = await faultsOf(journey);
  expect(faults, faults.length === 0 ? "" : await accountOf(journey)).toEqual([]);
});

test("an investigation that was killed before its result was written begins anew, and proposes what it then finds", async () => {
  const journey = await arena.openJourney();
  platform.points.watch(journey);
  await prepare(journey);
  // Its second write, after the remedy and before the diagnosis.
  const crash = platform.points.arm({ stage: "investigation", nth: 2, moment: "lost", afterMs: 0 }, () =>
    platform.kill("host"),
  );
  await postAlert(journey);
  await crash;
  await journey.parcels.calm();
  journey.parcels.hammer("route_id");
  await platform.start("host");
  const { diagnosis, proposal } = await until(journey, isSuspended, "suspended");
  expect(diagnosis?.summary).toContain("route_id");
  expect(proposal?.statement).toContain(indexOn("route_id"));
  await journey.parcels.calm();
});

test.each<{ part: Part; stages: readonly Stage[] }>([
  { part: "cosmos", stages: ["investigation", "decision", "execution"] },
  { part: "broker", stages: ["trigger", "suspended", "decision"] },
])("a $part that is killed three times in a run loses nothing", async ({ part, stages }) => {
  const journey = await arena.openJourney();
  platform.points.watch(journey);
  const crashes: Crash[] = [];
  const killer = async (): Promise<void> => {
    for (const stage of stages) {
      const point = { stage, nth: 1, moment: "unanswered", afterMs: 0 } as const;
      crashes.push(await platform.points.arm(point, () => platform.kill(part)));
      await platform.start(part);
    }
  };
  await Promise.all([travel(journey), killer()]);
  expect(crashes.map(({ stage }) => stage)).toEqual(stages);
  await expectNoFaults(journey);
});
