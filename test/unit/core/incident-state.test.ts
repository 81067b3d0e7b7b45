import fc from "fast-check";
import { expect, test } from "vitest";
import { IncidentState, isClosed } from "../../../shared/contracts/incident.ts";
import { NEXT_STATES, transition } from "../../../shared/core/incident-state.ts";
import { ownEntry } from "../../../shared/core/incident-writes.ts";
import { anIncident, NOW } from "../../support/incidents.ts";

const state = fc.constantFrom(...IncidentState.options);
const entry = ownEntry("note", "moved", NOW);

test("only the listed transitions are taken; a refused one changes nothing and says why", () => {
  fc.assert(
    fc.property(state, state, (from, to) => {
      const result = transition(anIncident({ state: from }), to, entry);
      expect(result.ok).toBe(NEXT_STATES[from].includes(to));
      if (result.ok) expect(result.incident).toMatchObject({ state: to, timeline: expect.arrayContaining([entry]) });
      else expect(result.because).toContain(from);
    }),
  );
});

test("a closed incident stays closed; only a kept action may still be taken back, or handed to a person who must", () => {
  for (const closed of IncidentState.options.filter(isClosed)) {
    expect(NEXT_STATES[closed]).toEqual(closed === "resolved" ? ["rolledBack", "handedOff", "failed"] : []);
  }
});

test("every open state has a way to fail, so that no run hangs", () => {
  for (const open of IncidentState.options.filter((one) => !isClosed(one)))
    expect(NEXT_STATES[open]).toContain("failed");
});
