import fc from "fast-check";
import { expect, test } from "vitest";
import { acquire, extend, holds, type LockState, release } from "../../../shared/core/server-lock.ts";
import { later, MINUTE_MS } from "../../../shared/core/time.ts";
import { NOW } from "../../support/incidents.ts";

const FREE: LockState = { holder: null, lastToken: 0 };
const wish = (runId: string, now = NOW) => ({
  runId,
  incidentId: "inc-1",
  leaseUntil: later(now, MINUTE_MS).toISOString(),
});

function taken(state: LockState, runId: string, now = NOW): LockState {
  const answer = acquire(state, wish(runId, now), now);
  if (!answer.acquired) throw new Error("it should be free");
  return answer.state;
}

test("a free server is taken with the next token", () => {
  expect(acquire({ holder: null, lastToken: 7 }, wish("a"), NOW)).toMatchObject({ acquired: true, token: 8 });
});

test("a server that is held is refused, with the name of the run that has it", () => {
  expect(acquire(taken(FREE, "a"), wish("b"), NOW)).toEqual({ acquired: false, heldBy: "a" });
});

test("a run that takes its own lock again keeps its token", () => {
  const state = taken(FREE, "a");
  expect(acquire(state, wish("a"), NOW)).toMatchObject({ acquired: true, token: state.lastToken });
});

test("a run that takes its own lock again may get a longer lease, never a shorter one", () => {
  const days = later(NOW, 5_000 * MINUTE_MS).toISOString();
  const extended = extend(taken(FREE, "a"), { runId: "a", token: 1 }, days);
  expect(taken(extended, "a").holder?.leaseUntil).toBe(days);
  const soon = later(NOW, MINUTE_MS / 2);
  expect(taken(taken(FREE, "a"), "a", soon).holder?.leaseUntil).toBe(wish("a", soon).leaseUntil);
});

test("a run whose lease is over loses the server, and its old token no longer holds", () => {
  const state = taken(FREE, "a");
  const next = taken(state, "b", later(NOW, 2 * MINUTE_MS));
  expect(holds(next, "a", 1)).toBe(false);
  expect(release(next, "a", 1)).toEqual(next);
  expect(holds(next, "b", 2)).toBe(true);
});

test("a lease is extended by its holder only, and never shortened", () => {
  const state = taken(FREE, "a");
  const days = later(NOW, 5_000 * MINUTE_MS).toISOString();
  expect(extend(state, { runId: "b", token: 1 }, days)).toEqual(state);
  const extended = extend(state, { runId: "a", token: 1 }, days);
  expect(extended.holder?.leaseUntil).toBe(days);
  expect(extend(extended, { runId: "a", token: 1 }, NOW.toISOString())).toEqual(extended);
});

test("whatever happens, tokens only grow and never have two holders", () => {
  const step = fc.record({
    run: fc.constantFrom("a", "b", "c"),
    what: fc.constantFrom("acquire", "release"),
    minutes: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let state = FREE;
      let now = NOW;
      const owners = new Map<number, string>();
      for (const { run, what, minutes } of steps) {
        now = later(now, minutes * MINUTE_MS);
        const before = state.lastToken;
        if (what === "acquire") {
          const answer = acquire(state, wish(run, now), now);
          if (answer.acquired) {
            state = answer.state;
            expect(owners.get(answer.token) ?? run).toBe(run);
            owners.set(answer.token, run);
          }
        } else state = release(state, run, state.lastToken);
        expect(state.lastToken).toBeGreaterThanOrEqual(before);
      }
    }),
  );
});
