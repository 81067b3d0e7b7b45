import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { eventually } from "../support/cloud.ts";
import { type Arena, startArena } from "./support/arena.ts";
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
} from "./support/journey.ts";
import { INDEX } from "./support/parcels.ts";
import type { Platform } from "./support/platform.ts";

let arena: Arena;
let platform: Platform;
beforeAll(async () => {
  arena = await startArena();
  ({ platform } = arena);
  return arena.stop;
});

/** An incident whose index is approved, and cannot be finished before the answered function is called. */
async function building(): Promise<{ journey: Journey; letGo: () => Promise<void> }> {
  const journey = await arena.openJourney();
  await prepare(journey);
  await postAlert(journey);
  const incident = await until(journey, isSuspended, "suspended");
  const letGo = await journey.parcels.holdUp();
  await decide(journey, incident);
  await untilBuilding(journey);
  return { journey, letGo };
}

const untilBuilding = ({ parcels }: Journey): Promise<boolean> =>
  eventually(async () => (await parcels.isBuilding()) || null, { what: "the build" });

async function expectNoFaults(journey: Journey, ddl?: string[]): Promise<void> {
  const faults = await faultsOf(journey, ddl);
  expect(faults, faults.length === 0 ? "" : await accountOf(journey)).toEqual([]);
}

test("builds that outlive the host are found finished or waited for, and never begun again", async () => {
  const [unattended, watched] = await Promise.all([building(), building()]);
  await platform.kill("host");
  await unattended.letGo();
  await eventually(async () => !(await unattended.journey.parcels.isBuilding()) || null);
  await platform.start("host");
  await until(unattended.journey, ({ execution }) => execution !== null, "carried out");
  expect(await watched.journey.parcels.isBuilding()).toBe(true);
  await platform.restart("host");
  await watched.letGo();
  for (const { journey } of [unattended, watched]) {
    await untilEnded(journey);
    await expectNoFaults(journey);
  }
});

test("a build that still waits for its table when the host is killed is waited for, and not tried again", async () => {
  const journey = await arena.openJourney();
  await prepare(journey);
  await postAlert(journey);
  const incident = await until(journey, isSuspended, "suspended");
  const letGo = await journey.parcels.holdUp("lock table parcels in share update exclusive mode");
  await decide(journey, incident);
  await eventually(async () => (await journey.parcels.sessions()).includes(`pgmedic/${journey.runId}`) || null);
  await sleep(500);
  await platform.restart("host");
  await sleep(8_000);
  await letGo();
  expect((await untilEnded(journey)).execution?.attempts).toBe(1);
  await expectNoFaults(journey);
});

test("what a build left that was broken off is removed, and the index is built once more", async () => {
  const { journey, letGo } = await building();
  await platform.kill("host");
  await journey.parcels.breakOffBuilds();
  await letGo();
  await eventually(async () => !(await journey.parcels.isBuilding()) || null);
  expect(await journey.parcels.indexes()).toEqual([{ name: INDEX, valid: false }]);
  await platform.start("host");
  await untilEnded(journey);
  await expectNoFaults(journey, [`DROP INDEX public.${INDEX}`, `CREATE INDEX public.${INDEX}`]);
});

test("an index that a person builds under the agreed name is neither dropped nor taken for PgMedic's own", async () => {
  const journey = await arena.openJourney();
  await prepare(journey);
  await postAlert(journey);
  const incident = await until(journey, isSuspended, "suspended");
  const letGo = await journey.parcels.holdUp();
  const build = journey.parcels.run(`create index concurrently ${INDEX} on parcels (customer_id)`);
  await untilBuilding(journey);
  await decide(journey, incident);
  await until(journey, ({ timeline }) => timeline.some(({ text }) => text.startsWith("Carrying out")), "taken up");
  await letGo();
  await build;
  const ended = await untilEnded(journey);
  expect(ended).toMatchObject({ state: "handedOff", execution: null });
  expect((await journey.parcels.ddl()).map(({ tag, name }) => `${tag} ${name}`)).toEqual([
    `CREATE INDEX public.${INDEX}`,
  ]);
  expect(await journey.parcels.indexes()).toEqual([{ name: INDEX, valid: true }]);
});
