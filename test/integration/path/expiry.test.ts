import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { verifyChain } from "../../../shared/core/audit-chain.ts";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import { decide, isSuspended, postAlert, prepare, until, untilEnded } from "../../chaos/support/journey.ts";

let arena: Arena;
beforeAll(async () => {
  arena = await startArena({ PGMEDIC_PROPOSAL_EXPIRY_SECONDS: "3" });
  return arena.stop;
});

test("a proposal that nobody decides expires, frees the server, and cannot be approved any more", async () => {
  const journey = await arena.openJourney();
  await prepare(journey);
  await postAlert(journey);
  const proposed = await until(journey, isSuspended, "suspended");
  const { incidents, servers, documents } = arena.platform.documents;
  expect(await servers.lock(journey.serverId)).toMatchObject({ runId: journey.runId });

  const ended = await untilEnded(journey);
  expect(ended).toMatchObject({ state: "expired", decision: null, execution: null, resolution: { path: "expired" } });
  expect((await decide(journey, proposed)).status).toBe(410);
  expect(await incidents.read(journey.incidentId)).toEqual(ended);
  expect(await servers.lock(journey.serverId)).toBeNull();
  const key = { container: "alerts", id: journey.correlationKey, partition: journey.correlationKey } as const;
  expect(await documents.read(key, z.unknown())).toBeNull();
  expect(await journey.parcels.ddl()).toEqual([]);
  const audit = await incidents.audit(journey.incidentId);
  expect(audit.map(({ what }) => what)).toEqual(["diagnosed", "proposed", "closed"]);
  expect(verifyChain(audit).intact).toBe(true);
});
