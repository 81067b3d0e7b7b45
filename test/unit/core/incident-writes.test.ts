import { expect, test } from "vitest";
import { announced, audited, entryBy, moved, ownEntry } from "../../../shared/core/incident-writes.ts";
import { Incident } from "../../../shared/contracts/incident.ts";
import { ANN, anIncident, NOW } from "../../support/incidents.ts";

const audit = audited("diagnosed", NOW.toISOString(), { key: "run-1", verdict: "cause" });
const message = announced("runs", "resume-1", {
  schemaVersion: 1,
  type: "resume",
  incidentId: "inc-1",
  runId: "inc-1-r1",
  decisionId: "dec-1",
  round: 1,
  fencingToken: 1,
});

test("a move is one document: state, line, fields, and behind what is waiting already, what it announces", () => {
  const before = anIncident({ state: "dispatched" });
  const entry = entryBy(ANN, "note", "Ann had a look.", NOW);
  const after = moved(before, { to: "investigating", entry, set: { severity: "Sev1" }, outbox: [audit, message] });
  expect(after).toEqual({
    ...before,
    state: "investigating",
    severity: "Sev1",
    timeline: [...before.timeline, entry],
    outbox: [...before.outbox, audit, message],
    updatedAt: NOW.toISOString(),
  });
  expect(Incident.safeParse(after).success).toBe(true);
});

test("a move that the state does not allow is none, so that a repeated step changes nothing", () => {
  const closed = anIncident({ state: "dismissed" });
  expect(moved(closed, { to: "investigating", entry: ownEntry("run", "Again.", NOW), outbox: [audit] })).toBeNull();
});

test("a line for the audit chain is stored whole, and not without its key", () => {
  expect(Incident.parse(anIncident({ outbox: [audit] })).outbox).toEqual([audit]);
  const keyless = { ...audit, detail: { verdict: "cause" } };
  expect(Incident.safeParse({ ...anIncident(), outbox: [keyless] }).success).toBe(false);
});
