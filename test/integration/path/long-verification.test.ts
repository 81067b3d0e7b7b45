import { beforeAll, expect, test } from "vitest";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import { decide, isSuspended, postAlert, prepare, until } from "../../chaos/support/journey.ts";

const VERIFY_SECONDS = 7_200;

let arena: Arena;
beforeAll(async () => {
  arena = await startArena({ PGMEDIC_VERIFY_SECONDS: String(VERIFY_SECONDS) });
  return arena.stop;
});

test("a run keeps the server for as long as it compares, however long that is", async () => {
  const journey = await arena.openJourney();
  await prepare(journey);
  await postAlert(journey);
  const proposed = await until(journey, isSuspended, "suspended");
  expect((await decide(journey, proposed)).status).toBe(200);
  await until(journey, ({ execution }) => execution !== null, "carried out");
  const { servers } = arena.platform.documents;
  const isKept = async (): Promise<boolean> => {
    const lock = await servers.lock(journey.serverId);
    const endsInMs = Date.parse(lock?.leaseUntil ?? "") - Date.now();
    return lock?.runId === journey.runId && endsInMs > VERIFY_SECONDS * 1_000;
  };
  await expect.poll(isKept, { timeout: 20_000 }).toBe(true);
});
