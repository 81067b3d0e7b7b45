import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { type Arena, startArena } from "./support/arena.ts";
import { type Crash, type CrashPoint, type Moment, type Stage, STAGES } from "./support/crash-points.ts";
import { accountOf, faultsOf, type Journey, travel } from "./support/journey.ts";
import type { Platform } from "./support/platform.ts";
import { seededRandom } from "./support/random.ts";

const SEED = Number(process.env["PGMEDIC_CHAOS_SEED"] ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);
const KILLS = 54;
const KILLS_A_WAVE = 3;
const MOMENTS: readonly Moment[] = ["lost", "unanswered", "later"];
/** How long a stage may go on without a write: the sampling of an investigation, the window of a verification. */
const SPANS_MS: Partial<Record<Stage, number>> = { investigation: 2_500, execution: 800, verification: 1_500 };
/** How many writes a stage has. */
const WRITES: Record<Stage, number> = {
  alert: 2,
  trigger: 4,
  investigation: 3,
  proposal: 4,
  suspended: 3,
  decision: 5,
  execution: 5,
  verification: 7,
  close: 3,
};

let arena: Arena;
let platform: Platform;
beforeAll(async () => {
  arena = await startArena();
  ({ platform } = arena);
  return arena.stop;
});

/** Every stage with every moment, equally often, in random order; the moment itself is random within the stage. */
function plannedPoints(): CrashPoint[] {
  const kinds = STAGES.flatMap((stage) => MOMENTS.map((moment) => ({ stage, moment })));
  const all = Array.from({ length: Math.ceil(KILLS / kinds.length) }, () => kinds).flat();
  return random.shuffled(all).map(({ stage, moment }) => ({
    stage,
    moment,
    nth: 1 + random.upTo(WRITES[stage] - 1),
    afterMs: moment === "later" ? random.upTo(SPANS_MS[stage] ?? 150) : 0,
  }));
}

const inOrder = (points: readonly CrashPoint[]): CrashPoint[] =>
  points.toSorted((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) || a.nth - b.nth);

/** Kills the host at each point and starts it again, until the points or the journeys have come to their end. */
async function killAt(points: readonly CrashPoint[], journeysEnd: Promise<unknown>): Promise<Crash[]> {
  const crashes: Crash[] = [];
  const end = journeysEnd.then(() => "over" as const);
  for (const point of inOrder(points)) {
    const crash = platform.points.arm(point, () => platform.kill("host"));
    // A point that was never reached is given up; one that was is waited for, since the host has to come back.
    const isOver = (await Promise.race([crash, end])) === "over" && platform.points.disarm();
    if (isOver) break;
    crashes.push(await crash);
    await platform.start("host");
  }
  return crashes;
}

/** Two incidents at once: the points are about the first, and the second is wherever it happens to be. */
async function wave(points: readonly CrashPoint[]): Promise<{ crashes: Crash[]; journeys: Journey[] }> {
  const journeys = [await arena.openJourney(), await arena.openJourney()];
  const [first] = journeys;
  if (first !== undefined) platform.points.watch(first);
  const travels = Promise.all(
    journeys.map(async (journey, place) => {
      await sleep(place * random.upTo(1_500));
      return travel(journey);
    }),
  );
  const crashes = await killAt(points, travels);
  await travels;
  return { crashes, journeys };
}

test(`a host that is killed at ${KILLS} points loses nothing and does nothing twice (PGMEDIC_CHAOS_SEED=${SEED})`, async () => {
  const startedAt = performance.now();
  const points = plannedPoints();
  const crashes: Crash[] = [];
  let runs = 0;
  let sweeps = 0;
  while (points.length > 0) {
    const { crashes: now, journeys } = await wave(points.splice(0, KILLS_A_WAVE));
    crashes.push(...now);
    console.log(
      Math.round((performance.now() - startedAt) / 1000),
      "s",
      now.map(({ at, moment, write }) => `${at} ${moment} (${write.slice(0, 60)})`).join(" | "),
    );
    for (const journey of journeys) {
      const faults = await faultsOf(journey);
      const account = faults.length === 0 ? "" : await accountOf(journey);
      expect(faults, `after ${JSON.stringify(now)}\n${account}`).toEqual([]);
      await journey.parcels.drop();
      runs += 1;
      sweeps += journey.sweeps;
    }
  }
  expect(await platform.messages()).toEqual([]);
  const byStage = STAGES.map((stage) => `${stage} ${crashes.filter(({ at }) => at === stage).length}`).join(", ");
  console.log(`${crashes.length} kills, ${runs} runs, ${sweeps} sweeps: ${byStage}`);
  expect(crashes.length).toBeGreaterThanOrEqual(50);
  expect(platform.cloneFolders().length).toBeLessThanOrEqual(2);
});
