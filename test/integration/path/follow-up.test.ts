// What was kept without proof is looked at again after its incident was closed: what that brings must reach the document.
import { afterAll, beforeAll, expect, test } from "vitest";
import { close } from "../../../functions/activities/close.ts";
import { rollBack } from "../../../functions/activities/roll-back.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { anIncident, aProposal, NOW } from "../../support/incidents.ts";
import { aServer, startDocuments } from "../../support/steps.ts";

let documents: Awaited<ReturnType<typeof startDocuments>>;
beforeAll(async () => {
  documents = await startDocuments();
  await documents.servers.put(aServer());
});
afterAll(() => documents.stopAll());

/** An incident that was resolved with an ANALYZE, which nothing takes back. */
async function aResolvedIncident(): Promise<Incident> {
  const action = { kind: "analyze_table", parameters: { schema: "public", table: "orders" } } as const;
  const at = NOW.toISOString();
  const incident = anIncident({
    state: "resolved",
    outbox: [],
    proposal: aProposal({ action, statement: "ANALYZE public.orders", inverse: null }),
    execution: {
      executionId: "exec-1",
      statement: "ANALYZE public.orders",
      fencingToken: 1,
      attempts: 1,
      startedAt: at,
      finishedAt: at,
      buildMs: 1,
      objectOid: 16_400,
      objectBytes: 1,
    },
    resolution: { path: "humanApproved", because: "Kept, without proof yet.", at },
  });
  await documents.incidents.create(incident);
  return incident;
}

test("harm that a follow-up finds and nothing takes back is handed off, in the document and to whoever waits for it", async () => {
  const before = await aResolvedIncident();
  const { incidentId, serverId, runId } = before;
  const run = { incidentId, serverId, runId };
  expect(await rollBack({ ...run, because: "it is slower" })).toEqual({
    outcome: "noWayBack",
    because: "nothing takes back analyze_table",
  });
  const because = "It did not help, and nothing takes back analyze_table.";
  for (const _ of [1, 2]) await close({ ...run, path: "handedOff", because });

  const after = await documents.incidents.read(incidentId);
  expect(after).toMatchObject({ state: "handedOff", resolution: { path: "handedOff", because } });
  expect(after?.timeline.slice(before.timeline.length)).toMatchObject([{ kind: "close", text: because }]);
  // No broker is there: what is announced waits in the outbox.
  expect(after?.outbox).toMatchObject([
    { kind: "audit", what: "closed", detail: { path: "handedOff" } },
    { kind: "message", messageId: `${runId}-completion-handedOff`, message: { outcome: "handedOff" } },
  ]);

  await close({ ...run, path: "skipped", because: "late" });
  expect(await documents.incidents.read(incidentId), "and stays so").toEqual(after);
});
