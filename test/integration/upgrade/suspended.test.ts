// A new version is deployed while many incidents wait for a person: none is lost, and each goes on with the new code.
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Load, startLoad } from "../../../infra/local/demo/load.ts";
import { type Incident, isClosed } from "../../../shared/contracts/incident.ts";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import {
  accountOf,
  decide,
  enable,
  faultsOf,
  isSuspended,
  type Journey,
  journeyOf,
  postAlert,
} from "../../chaos/support/journey.ts";
import { PASSWORDS } from "../../chaos/support/parcels.ts";
import { eventually } from "../../support/cloud.ts";
import { changedBuild } from "../../support/changed-build.ts";

const DATABASES = 10;
const VALUES = 5_000;
/** Ten applications on one machine: each alone is enough to be blamed. */
const BEFORE = { clients: 1, paceMs: 250 };
/** With its index a lookup costs next to nothing, and the verification soon has enough calls. */
const AFTER = { clients: 1, paceMs: 30 };

const POLL_MS = 500;
/** In place of the timer that comes once a minute. */
const SWEEP_MS = 15_000;

let arena: Arena;
const loads: Load[] = [];
const next = changedBuild([
  { file: "orchestrators/respond-to-alert.ts", from: '"It helped"', to: '"With the new version: it helped"' },
  { file: "orchestrators/respond-to-alert.ts", from: "A person skipped the proposal.", to: "New version: skipped." },
  // A way that begins otherwise: a run of the first version would not survive being replayed on it.
  { file: "host.json", from: '"defaultVersion": "1.0"', to: '"defaultVersion": "2.0"' },
  {
    file: "orchestrators/versions.ts",
    from: '"1.0": respondToAlert,',
    to: `"1.0": respondToAlert,
  "2.0": function* (ctx) {
    yield ctx.df.createTimer(new Date(ctx.df.currentUtcDateTime.getTime() + 200));
    return yield* respondToAlert(ctx);
  },`,
  },
]);
const History = z.object({
  runtimeStatus: z.string(),
  historyEvents: z.array(z.looseObject({ EventType: z.string() })),
});

beforeAll(async () => {
  // Twenty investigations at once take longer than the second that chaos tests give a message.
  arena = await startArena({ PGMEDIC_LOCK_MS: "30000" });
}, 60_000);
afterAll(async () => {
  await calm();
  await arena?.stop();
  next.remove();
});

const calm = async (): Promise<void> => void (await Promise.all(loads.splice(0).map((load) => load.stop())));

function hammer({ parcels }: Journey, load: typeof BEFORE): void {
  const url = `postgres://parcels_app:${PASSWORDS.app}@127.0.0.1:${parcels.port}/${parcels.name}`;
  const parameter = () => 1 + Math.floor(Math.random() * VALUES);
  loads.push(startLoad(url, { text: "select id, note from parcels where customer_id = $1", parameter }, load));
}

/** Waits until all incidents are as wished, and sweeps as the timer does. */
async function untilAll(journeys: readonly Journey[], isReached: (incident: Incident) => boolean): Promise<Incident[]> {
  const { platform } = arena;
  let sweptAt = performance.now();
  return eventually(
    async () => {
      if (performance.now() - sweptAt > SWEEP_MS) {
        sweptAt = performance.now();
        await platform.call("POST", "admin/functions/sweep");
      }
      const incidents = await Promise.all(
        journeys.map(({ incidentId }) => platform.documents.incidents.read(incidentId)),
      );
      const reached = incidents.filter((incident) => incident !== null && isReached(incident));
      return reached.length === journeys.length ? reached.filter((incident) => incident !== null) : null;
    },
    { withinMs: 100_000, everyMs: POLL_MS, what: () => platform.log().slice(-2_000) },
  );
}

const isOver = ({ state, resolution, outbox }: Incident): boolean =>
  isClosed(state) && resolution !== null && outbox.length === 0;

test("20 incidents that wait for a person go on in the next version, and none is lost", async () => {
  const { platform } = arena;
  const approved: Journey[] = [];
  for (let at = 0; at < DATABASES; at += 1) approved.push(await arena.openJourney());
  // The same databases under a second name: two incidents each, of which one is approved and one is skipped.
  const skipped = approved.map(({ parcels }) => journeyOf(platform, parcels, "-again"));
  const all = [...approved, ...skipped];

  for (const journey of approved) hammer(journey, BEFORE);
  await Promise.all(all.map((journey) => enable(journey, true)));
  await Promise.all(all.map(postAlert));
  const waiting = await untilAll(all, isSuspended);
  expect(waiting).toHaveLength(20);
  await calm();

  await platform.stopGently("host");
  await platform.start("host", { PGMEDIC_HOST_ENTRY: next.entry });

  for (const journey of approved) hammer(journey, AFTER);
  await Promise.all(
    all.map((journey, at) => {
      const incident = waiting[at];
      if (incident === undefined) throw new Error(`${journey.incidentId} never waited`);
      return decide(journey, incident, approved.includes(journey) ? "approve" : "skip");
    }),
  );
  const ended = await untilAll(all, isOver);

  await calm();
  for (const journey of approved) {
    const faults = await faultsOf(journey);
    expect(faults, faults.length === 0 ? "" : await accountOf(journey)).toEqual([]);
  }
  for (const { state, resolution } of ended.slice(DATABASES))
    expect({ state, path: resolution?.path }).toEqual({ state: "dismissed", path: "skipped" });
  const lines = ended.map(({ timeline }) => timeline.map(({ text }) => text).join("\n"));
  for (const line of lines.slice(0, DATABASES)) expect(line).toContain("With the new version: it helped");
  for (const line of lines.slice(DATABASES)) expect(line).toContain("New version: skipped.");
  expect(await platform.messages()).toEqual([]);
}, 240_000);

test("a run that begins after the deployment goes the new version's way", async () => {
  const { platform } = arena;
  const journey = await arena.openJourney();
  hammer(journey, BEFORE);
  await enable(journey, true);
  await postAlert(journey);
  await untilAll([journey], isSuspended);
  await calm();
  const path = `runtime/webhooks/durabletask/instances/${journey.runId}?showHistory=true`;
  const { runtimeStatus, historyEvents } = History.parse(await (await platform.call("GET", path)).json());
  expect(runtimeStatus).toBe("Running");
  const [, first] = historyEvents;
  expect(first?.EventType).toMatch(/^Timer/);
}, 120_000);
