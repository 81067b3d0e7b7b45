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
const MOST_WAVES = 26;
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
  close: 5,
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

/** The points are about one incident. A second one beside it is wherever it happens to be. */
async function wave(
  points: readonly CrashPoint[],
  hasCompanion: boolean,
): Promise<{ crashes: Crash[]; journeys: Journey[] }> {
  const first = await arena.openJourney();
  const journeys = hasCompanion ? [first, await arena.openJourney()] : [first];
  platform.points.watch(first);
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
  const journeys: Journey[] = [];
  for (let number = 1; number <= MOST_WAVES && points.length > 0; number += 1) {
    const planned = points.splice(0, KILLS_A_WAVE);
    const { crashes: now, journeys: travelled } = await wave(planned, number % 3 === 0);
    crashes.push(...now);
    journeys.push(...travelled);
    // What was not reached, because the run was over before, is tried again in another run.
    points.push(...inOrder(planned).slice(now.length));
    for (const journey of travelled) {
      const faults = await faultsOf(journey);
      expect(faults, faults.length === 0 ? "" : `${told(now)}\n${await accountOf(journey)}`).toEqual([]);
      await journey.parcels.drop();
    }
  }
  expect(await platform.messages()).toEqual([]);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const sweeps = journeys.reduce((sum, journey) => sum + journey.sweeps, 0);
  console.log(`seed ${SEED}: ${crashes.length} kills in ${journeys.length} runs, ${sweeps} sweeps, ${seconds} s`);
  console.log(
    STAGES.map((stage) => `  ${stage}: ${told(crashes.filter(({ at }) => at === stage)) || "never"}`).join("\n"),
  );
  expect(crashes.length).toBeGreaterThanOrEqual(50);
  for (const stage of STAGES) expect(crashes.filter(({ at }) => at === stage).length, stage).toBeGreaterThanOrEqual(2);
  // One clone of the host that runs, and the template.
  expect(platform.cloneFolders().length).toBeLessThanOrEqual(2);
});

/** For example `lost PUT incidents, unanswered POST servers ×2`. */
function told(crashes: readonly Crash[]): string {
  const texts = crashes.map(({ moment, write }) => `${moment} ${write.replace(/\/.*/, "")}`);
  return [...new Set(texts)]
    .map((text) => {
      const times = texts.filter((other) => other === text).length;
      return times === 1 ? text : `${text} ×${times}`;
    })
    .join(", ");
}
