// What no message announces is noticed by the sweep: a second person who is needed, a proposal that soon expires.
import { afterAll, beforeAll, expect, test } from "vitest";
import { notice } from "../../../functions/notify.ts";
import { services } from "../../../functions/services.ts";
import { sweepOnce } from "../../../functions/sweep.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { DAY_MS, HOUR_MS, later } from "../../../shared/core/time.ts";
import { eventually } from "../../support/cloud.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { ANN, anIncident, aProposal } from "../../support/incidents.ts";
import { startDocuments } from "../../support/steps.ts";

let people: Fake;
let answer: (path: string, body: string) => Reply | Promise<Reply> = () => ({ status: 200 });
let stopAll: () => Promise<void>;
beforeAll(async () => {
  people = await startFake(({ path, body }) => answer(path, body));
  Object.assign(process.env, {
    PGMEDIC_NOTIFY_WEBHOOK_URL: people.url,
    PGMEDIC_NOTIFY_WEBHOOK_SECRET: "s3cret",
    PGMEDIC_NOTIFY_PAGERDUTY_KEY: "integration-key",
    PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: `${people.url}/pager`,
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
const at = (path: string) => people.asked.filter((asked) => asked.path === path);
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

test("a page that arrives after its incident has ended is ended once more", async () => {
  let release = (): void => {};
  const pages: string[] = [];
  answer = async (path, body) => {
    if (path !== "/pager") return { status: 200 };
    const { event_action: action } = JSON.parse(body) as { event_action: string };
    if (action === "trigger") await new Promise<void>((resolve) => (release = resolve));
    pages.push(action);
    return { status: 202 };
  };
  const state = "awaitingApproval";
  const now = new Date().toISOString();
  const proposal = aProposal({ proposedAt: now, expiresAt: later(new Date(), DAY_MS).toISOString() });
  const incident = anIncident({ incidentId: "inc-2", state, proposal, severity: "Sev1", outbox: [] });
  await services().incidents.create(incident);
  const triggering = notice("inc-2", quiet);
  await eventually(async () => (at("/pager").length === 1 ? true : null), { what: "the trigger" });
  const resolution = { path: "skipped", because: "A person skipped the proposal.", at: now } as const;
  await services().incidents.change("inc-2", (current) => ({ ...current, state: "dismissed", resolution }));
  await notice("inc-2", quiet);
  expect(pages).toEqual(["resolve"]);
  release();
  await triggering;
  await sweep();
  expect(pages).toEqual(["resolve", "trigger", "resolve"]);
  await sweep();
  expect(pages).toHaveLength(3);
}, 60_000);
