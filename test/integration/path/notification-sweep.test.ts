// What no message announces is noticed by the sweep: a second person who is needed, a proposal that soon expires.
import { afterAll, beforeAll, expect, test } from "vitest";
import { services } from "../../../functions/services.ts";
import { sweepOnce } from "../../../functions/sweep.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { DAY_MS, HOUR_MS, later } from "../../../shared/core/time.ts";
import { type Fake, startFake } from "../../support/http-fake.ts";
import { ANN, anIncident, aProposal } from "../../support/incidents.ts";
import { startDocuments } from "../../support/steps.ts";

let people: Fake;
let stopAll: () => Promise<void>;
beforeAll(async () => {
  people = await startFake(() => ({ status: 200 }));
  Object.assign(process.env, {
    PGMEDIC_NOTIFY_WEBHOOK_URL: people.url,
    PGMEDIC_NOTIFY_WEBHOOK_SECRET: "s3cret",
    ServiceBus: "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=x;SharedAccessKey=x;UseDevelopmentEmulator=true",
  });
  ({ stopAll } = await startDocuments());
});
afterAll(async () => {
  await stopAll?.();
  await people?.stop();
});

/** Durable Functions is not what this is about: no run is there, and a new one starts nowhere. */
const runs = {
  getStatus: () => Promise.reject(new Error("404")),
  startNew: () => Promise.resolve("none"),
  raiseEvent: () => Promise.resolve(),
};
const quiet = { log: () => {}, warn: () => {}, error: () => {} };
const sweep = (): Promise<void> => sweepOnce(runs, quiet, { limitMs: 2_000, atOnce: 1 });
const told = (): unknown[] => people.asked.map(({ body }) => (JSON.parse(body) as { occasion: unknown }).occasion);
const change = (next: Partial<Incident>) =>
  services().incidents.change("inc-1", (current) => ({ ...current, ...next }));

test("a proposal is told once in each of its moments, however often the sweep looks", async () => {
  const now = new Date();
  const proposal = aProposal({
    proposedAt: later(now, -HOUR_MS).toISOString(),
    expiresAt: later(now, DAY_MS).toISOString(),
    approvalsNeeded: 2,
  });
  const state = "awaitingApproval";
  await services().incidents.create(anIncident({ incidentId: "inc-1", state, proposal, severity: "Sev2", outbox: [] }));
  await sweep();
  await sweep();
  expect(told()).toEqual(["waits"]);

  await change({ approvals: [{ proposalId: proposal.proposalId, by: ANN, at: now.toISOString() }] });
  await sweep();
  await sweep();
  expect(told()).toEqual(["waits", "secondPerson"]);

  await change({ proposal: { ...proposal, proposedAt: later(now, -9 * DAY_MS).toISOString() } });
  await sweep();
  await sweep();
  expect(told()).toEqual(["waits", "secondPerson", "reminder"]);
}, 90_000);
