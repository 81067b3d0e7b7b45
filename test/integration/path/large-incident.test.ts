// A rule that fires thousands of times, and people who ask without end: the incident's document stays small enough to be written.
import { randomUUID } from "node:crypto";
import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import { runAction } from "../../../functions/api/actions.ts";
import { writeDecision } from "../../../functions/api/decisions.ts";
import { correlate } from "../../../functions/correlate.ts";
import { services } from "../../../functions/services.ts";
import type { AlertDigest } from "../../../shared/contracts/incident.ts";
import { moved, ownEntry } from "../../../shared/core/incident-writes.ts";
import { anIncident, aProposal, NOW } from "../../support/incidents.ts";
import { withDocuments } from "../../support/with-documents.ts";

withDocuments();

const ANN = { userId: "ann", name: "Ann", roles: new Set(["operator"] as const) };
const [first] = anIncident().alerts;
function anotherAlert(): AlertDigest {
  if (first === undefined) throw new Error("an incident begins with an alert");
  const path = "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.AlertsManagement/alerts/";
  return { ...first, alertId: `${path}${randomUUID()}` };
}

test("after 5,000 alerts an incident can be approved and resolved", async () => {
  const { incidents } = services();
  const opened = await correlate(anotherAlert(), "shop");
  const incidentId = opened.incidentId ?? "";
  const proposal = aProposal({ expiresAt: "2099-01-01T00:00:00.000Z" });
  await incidents.change(incidentId, (incident) => ({ ...incident, state: "awaitingApproval", proposal }));
  // Fifty at once, as a storm brings them; the last one finds the incident as the first one did.
  for (let left = 5_000; left > 0; left -= 50)
    await Promise.all(Array.from({ length: 50 }, () => correlate(anotherAlert(), "shop")));
  const before = await incidents.read(incidentId);
  expect([before?.alerts.length, before?.alertsLeftOut]).toEqual([100, 4_901]);
  expect(Buffer.byteLength(JSON.stringify(before))).toBeLessThan(100_000);

  const { proposalId, hash: proposalHash } = proposal;
  const wish = { proposalId, proposalHash, verdict: "approve", instruction: null } as const;
  expect(await writeDecision(incidentId, ANN, wish)).toMatchObject({ written: true });
  for (const to of ["executing", "verifying", "resolved"] as const) {
    const entry = ownEntry("close", `It is ${to}.`, NOW);
    const changed = await incidents.change(incidentId, (incident) => moved(incident, { to, entry }));
    expect(changed.state).toBe(to);
  }
});

test("questions in an incident have an end", async () => {
  await services().incidents.create(anIncident({ incidentId: "inc-asked", outbox: [] }));
  const ask = () => {
    const params = { incidentId: "inc-asked", actionId: "prompt_user" };
    const body = { string: JSON.stringify({ parameters: { question: "?".repeat(300) } }) };
    return runAction(new HttpRequest({ url: "http://localhost/api", method: "POST", params, body }), ANN);
  };
  for (let asked = 0; asked < 50; asked += 1) expect((await ask()).status).toBe(200);
  expect((await ask()).status).toBe(409);
});
