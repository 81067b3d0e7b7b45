// What people are told of an incident, and which of them.
import { expect, test } from "vitest";
import { ResolutionPath } from "../../../shared/contracts/outcome.ts";
import { Notification } from "../../../shared/contracts/notification.ts";
import {
  channelsFor,
  claimed,
  notificationIdOf,
  notificationOf,
  occasionOf,
  settled,
  tellingOf,
} from "../../../shared/core/notifications.ts";
import { DAY_MS, later, MINUTE_MS, SECOND_MS } from "../../../shared/core/time.ts";
import { anIncident, ANN, aProposal, NOW } from "../../support/incidents.ts";

const waiting = (wish: Parameters<typeof anIncident>[0] = {}) =>
  anIncident({ state: "awaitingApproval", proposal: aProposal(), ...wish });
const at = { serverName: "Shop", dashboard: "https://pgmedic.example/" };
const theNotification = (incident = waiting(), now = NOW): Notification => {
  const notification = notificationOf(incident, at, now);
  if (notification === null) throw new Error("nothing is told");
  return Notification.parse(notification);
};

test("a proposal is told as waiting, and again once less than a quarter of its time is left", () => {
  expect(occasionOf(waiting(), NOW)).toBe("waits");
  expect(occasionOf(waiting(), later(NOW, 2.25 * DAY_MS))).toBe("waits");
  expect(occasionOf(waiting(), later(NOW, 2.25 * DAY_MS + 1))).toBe("reminder");
  expect(occasionOf(waiting(), later(NOW, 3 * DAY_MS))).toBeNull();
});

test("who agreed first leaves a second person to be asked, of this proposal and no other", () => {
  const by = (proposalId: string) =>
    waiting({
      proposal: aProposal({ approvalsNeeded: 2 }),
      approvals: [{ proposalId, by: ANN, at: NOW.toISOString() }],
    });
  expect(occasionOf(by("prop-1"), NOW)).toBe("secondPerson");
  expect(occasionOf(by("prop-0"), NOW)).toBe("waits");
  expect(theNotification(by("prop-1")).outcome).toMatch(/One person agreed, and another one must agree too/);
});

test("a decision that was made, and a run that is at work, are told of only by their end", () => {
  for (const state of ["investigating", "executing", "verifying"] as const)
    expect(occasionOf(waiting({ state }), NOW)).toBeNull();
});

test.each([
  ["humanApproved", "resolvedByConsent"],
  ["autonomous", "resolvedAutonomously"],
  ["handedOff", "handedOff"],
  ["noAction", "dismissed"],
  ["selfResolved", "dismissed"],
  ["skipped", "dismissed"],
  ["expired", "expired"],
  ["failed", "failed"],
  ["rolledBack", "rolledBack"],
] as const)("a run that ends %s is told as %s", (path, occasion) => {
  expect(ResolutionPath.options).toHaveLength(9);
  const resolution = { path, because: "It is over.", at: NOW.toISOString() };
  expect(theNotification(waiting({ resolution }))).toMatchObject({ occasion, outcome: "It is over." });
});

test("the same occasion of the same round has the same id at any time, and another round another one", () => {
  const id = notificationIdOf(waiting(), "waits");
  expect(theNotification(waiting({ title: "else" }), later(NOW, MINUTE_MS)).notificationId).toBe(id);
  expect(notificationIdOf(waiting({ proposal: aProposal({ round: 2 }) }), "waits")).not.toBe(id);
  expect(notificationIdOf(waiting({ incidentId: "inc-other" }), "waits")).not.toBe(id);
  expect(notificationIdOf(waiting(), "reminder")).not.toBe(id);
});

test("it says the server, the alert with its figure, the action with its way back, and where to look", () => {
  const told = theNotification();
  const { incidentId } = waiting();
  expect(told).toMatchObject({
    server: "Shop",
    statement: aProposal().statement,
    undo: "DROP INDEX CONCURRENTLY public.idx_orders_customer_id",
    link: `https://pgmedic.example/incidents/${incidentId}`,
  });
  expect(told.trigger).toMatch(/: .+ was [\d.]+ \(threshold [\d.]+\)$/);
  expect(told.outcome).toBe("It waits for a person, until 2026-11-23 10:00 UTC.");
  expect(theNotification(waiting({ proposal: aProposal({ inverse: null }) })).undo).toBe("There is no way back.");
});

test("it says what was measured before and after", () => {
  const common = { verdict: "improved", because: "", window: 1, verifiedAt: NOW.toISOString() } as const;
  const verification = { basis: "measure", measure: "dead rows", before: 900, after: 3, goal: 10, ...common } as const;
  expect(theNotification(waiting({ verification })).figures).toEqual([
    { what: "dead rows", before: "900", after: "3" },
  ]);
});

test("a severity below the lowest is not told, and the pager has a lowest one of its own", () => {
  const all = ["slack", "teams", "pagerDuty", "webhook"] as const;
  const lowest = { told: "Sev2", paged: "Sev1" } as const;
  const of = (severity: "Sev0" | "Sev1" | "Sev2" | "Sev3") => channelsFor({ severity, occasion: "waits" }, all, lowest);
  expect(of("Sev0")).toEqual(all);
  expect(of("Sev1")).toEqual(all);
  expect(of("Sev2")).toEqual(["slack", "teams", "webhook"]);
  expect(of("Sev3")).toEqual([]);
  const dismissed = { severity: "Sev0", occasion: "dismissed" } as const;
  expect(channelsFor(dismissed, all, lowest)).toEqual(["pagerDuty", "webhook"]);
});

test("whoever tries keeps others away for a minute, and what is told or refused is never tried again", () => {
  const telling = tellingOf(theNotification(), "slack", NOW);
  const mine = claimed(telling, NOW);
  if (mine === null) throw new Error("it is due");
  expect(claimed(mine, later(NOW, 59 * SECOND_MS))).toBeNull();
  expect(claimed(mine, later(NOW, MINUTE_MS))).not.toBeNull();
  for (const told of [{ outcome: "told" }, { outcome: "refused", because: "404" }] as const)
    expect(claimed(settled(mine, told, NOW), later(NOW, DAY_MS))).toBeNull();
});

test("a service that is away is asked ever less often, as it asks itself within an hour, and given up after a day", () => {
  const telling = tellingOf(theNotification(), "slack", NOW);
  const next = (tries: number, waitMs: number | null, now = NOW) =>
    settled({ ...telling, tries }, { outcome: "later", because: "503", waitMs }, now);
  const waitOf = (tries: number, waitMs: number | null = null) =>
    (Date.parse(next(tries, waitMs).nextTryAt) - NOW.getTime()) / SECOND_MS;
  expect([1, 2, 3, 6, 100].map((tries) => waitOf(tries))).toEqual([30, 60, 120, 900, 900]);
  expect(waitOf(1, 7_000)).toBe(7);
  expect(waitOf(1, 9e9)).toBe(3_600);
  expect(next(9, null, later(NOW, DAY_MS - 1)).state).toBe("due");
  expect(next(9, null, later(NOW, DAY_MS))).toMatchObject({ state: "refused", because: "given up after a day: 503" });
});
