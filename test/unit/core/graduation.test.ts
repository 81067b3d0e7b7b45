import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graduation } from "../../../shared/contracts/autonomy.ts";
import { effectivePhase, GATE, graduate, type GraduationRecord } from "../../../shared/core/graduation.ts";
import { DAY_MS, HOUR_MS, later } from "../../../shared/core/time.ts";
import type { Outcome } from "../../../shared/core/track-record.ts";
import { NOW } from "../../support/incidents.ts";

const daysAgo = (days: number): string => later(NOW, -days * DAY_MS).toISOString();
const anOutcome = (wish: Partial<Outcome> = {}): Outcome => ({
  serverId: "shop",
  severity: "Sev3",
  decidedBy: "instruction",
  takesTwo: false,
  isAhead: false,
  result: "improved",
  at: daysAgo(20),
  ...wish,
});
const times = (count: number, wish: Partial<Outcome> = {}): Outcome[] =>
  Array.from({ length: count }, () => anOutcome(wish));
const aRecord = (outcomes: Outcome[], wish: Partial<GraduationRecord> = {}): GraduationRecord => ({
  outcomes,
  enabledServers: ["shop"],
  unreadable: 0,
  ...wish,
});
/** A phase that was entered so many days ago. */
const since = (days: number, phase: Graduation["phase"] = "assist"): Graduation => ({
  phase,
  since: daysAgo(days),
  evaluatedAt: daysAgo(0.1),
  criteria: [],
  history: [],
});
/** What lacks for Autonomous. */
const failing = ({ criteria }: Graduation) =>
  criteria.filter(({ id, holds }) => !holds && id !== "foresight").map(({ id }) => id);

describe("Autonomous is earned", () => {
  test("by a record in which every figure holds", () => {
    const next = graduate(since(30), aRecord(times(20)), NOW);
    expect(next.phase).toBe("autonomous");
    expect(next.since).toBe(NOW.toISOString());
    expect(next.history).toEqual([
      { at: NOW.toISOString(), from: "assist", to: "autonomous", because: "every figure of the gate holds" },
    ]);
  });

  test.each([
    { lacks: "accuracy", record: aRecord([...times(20), ...times(3, { decidedBy: "person", result: "no_effect" })]) },
    { lacks: "accuracy", record: aRecord(times(19)), also: ["autonomous"] },
    {
      lacks: "destructive",
      record: aRecord([...times(30), anOutcome({ takesTwo: true, result: "no_effect", decidedBy: "person" })]),
    },
    { lacks: "autonomous", record: aRecord(times(40, { decidedBy: "person" })) },
    { lacks: "autonomous", record: aRecord([...times(20), ...times(2, { result: "notCarriedOut" })]) },
    { lacks: "coverage", record: aRecord(times(20), { enabledServers: ["shop", "a", "b", "c"] }) },
    { lacks: "soak", record: aRecord([...times(40), anOutcome({ result: "failed", at: daysAgo(6.9) })]) },
  ])("not while the record lacks $lacks", ({ lacks, record, also = [] }) => {
    const next = graduate(since(30), record, NOW);
    expect(next.phase).toBe("assist");
    expect(failing(next)).toEqual([lacks, ...also]);
    expect(next.history).toEqual([]);
  });

  test("not before a week in Assist, however good the record", () => {
    expect(failing(graduate(null, aRecord(times(50)), NOW))).toEqual(["soak"]);
    expect(failing(graduate(since(6.9), aRecord(times(50)), NOW))).toEqual(["soak"]);
    expect(graduate(since(7), aRecord(times(50)), NOW).phase).toBe("autonomous");
  });

  test("not while part of the record cannot be read", () => {
    expect(graduate(since(30), aRecord(times(50), { unreadable: 1 }), NOW).phase).toBe("assist");
  });

  test("looks that no alert asked for say nothing of acting alone", () => {
    expect(failing(graduate(since(30), aRecord(times(50, { isAhead: true })), NOW))).toContain("autonomous");
  });

  test("graver incidents and inconclusive ones say nothing of acting alone", () => {
    const record = aRecord([...times(30, { severity: "Sev2" }), ...times(30, { result: "inconclusive" })]);
    expect(failing(graduate(since(30), record, NOW))).toContain("autonomous");
  });
});

describe("Autonomous is lost", () => {
  const held = since(3, "autonomous");

  test.each([
    { by: "an action that made things worse", outcome: anOutcome({ result: "regressed", at: daysAgo(1) }) },
    { by: "an action that failed", outcome: anOutcome({ result: "failed", at: daysAgo(1) }) },
    {
      by: "something destroyed in vain",
      outcome: anOutcome({ takesTwo: true, result: "no_effect", decidedBy: "person", at: daysAgo(1) }),
    },
  ])("by $by, at once", ({ outcome }) => {
    const next = graduate(held, aRecord([...times(100), outcome]), NOW);
    expect(next.phase).toBe("assist");
    expect(next.history[0]).toMatchObject({ from: "autonomous", to: "assist" });
  });

  test("by a breach from within the soak that was not known when it was earned", () => {
    const measuredLater = anOutcome({ result: "regressed", at: daysAgo(3.001) });
    expect(graduate(held, aRecord([...times(100), measuredLater]), NOW).phase).toBe("assist");
  });

  test("while part of the record cannot be read", () => {
    expect(graduate(held, aRecord(times(100), { unreadable: 1 }), NOW).phase).toBe("assist");
  });

  test("when the record that it rests on is gone", () => {
    expect(graduate(held, aRecord(times(19)), NOW).history[0]?.because).toContain("it takes 20 to tell");
  });

  test("not by a server that is added, nor by a breach from before it was earned", () => {
    const added = aRecord(times(20), { enabledServers: ["shop", "a", "b", "c", "d"] });
    expect(graduate(held, added, NOW).phase).toBe("autonomous");
    const old = aRecord([...times(40), anOutcome({ result: "failed", at: daysAgo(15) })]);
    expect(graduate(held, old, NOW).phase).toBe("autonomous");
  });

  test("and takes another clean week to come back", () => {
    const record = aRecord([...times(100), anOutcome({ result: "regressed", at: NOW.toISOString() })]);
    const lost = graduate(held, record, NOW);
    expect(graduate(lost, record, later(NOW, 7 * DAY_MS - HOUR_MS)).phase).toBe("assist");
    expect(graduate(lost, record, later(NOW, 7 * DAY_MS)).phase).toBe("autonomous");
  });
});

describe("Predictive", () => {
  const ahead = times(20, { isAhead: true, decidedBy: "person" });
  const earned = aRecord([...times(20), ...ahead]);

  test("is earned on top of Autonomous, by what was done ahead of alerts, after another clean week", () => {
    expect(graduate(since(30), earned, NOW).phase).toBe("autonomous");
    expect(graduate(since(6.9, "autonomous"), earned, NOW).phase).toBe("autonomous");
    const next = graduate(since(7, "autonomous"), earned, NOW);
    expect(next.history[0]).toMatchObject({ from: "autonomous", to: "predictive" });
  });

  test.each<[string, Outcome[]]>([
    ["too few", ahead.slice(1)],
    ["too many that did not help", [...ahead, ...times(2, { isAhead: true, result: "no_effect" })]],
    ["those that nobody could judge", times(20, { isAhead: true, result: "inconclusive" })],
  ])("is not earned by %s", (_case, outcomes) => {
    expect(graduate(since(30, "autonomous"), aRecord([...times(40), ...outcomes]), NOW).phase).toBe("autonomous");
  });

  test("falls back to Autonomous when what is done ahead of alerts does not help any more", () => {
    const record = aRecord([...times(40), ...ahead, ...times(2, { isAhead: true, result: "no_effect" })]);
    const next = graduate(since(30, "predictive"), record, NOW);
    expect(next.history[0]).toMatchObject({ from: "predictive", to: "autonomous" });
    // And it is not lost once more, nor earned again the next minute.
    expect(graduate(next, record, NOW).phase).toBe("autonomous");
  });

  test("is lost altogether by harm, like Autonomous", () => {
    const record = aRecord([...times(100), ...ahead, anOutcome({ result: "regressed", at: daysAgo(1) })]);
    expect(graduate(since(30, "predictive"), record, NOW).phase).toBe("assist");
  });

  test("stays as long as the record holds", () => {
    expect(graduate(since(30, "predictive"), earned, NOW).phase).toBe("predictive");
  });
});

describe("whatever the record", () => {
  const anyOutcome: fc.Arbitrary<Outcome> = fc.record({
    serverId: fc.constantFrom("shop", "ledger"),
    severity: fc.constantFrom("Sev0", "Sev2", "Sev3", "Sev4"),
    decidedBy: fc.constantFrom("person", "instruction", "pgmedic"),
    takesTwo: fc.boolean(),
    isAhead: fc.boolean(),
    result: fc.constantFrom("improved", "no_effect", "regressed", "failed", "inconclusive", "notCarriedOut"),
    at: fc.integer({ min: 0, max: 80 * 24 }).map((hours) => later(NOW, -hours * HOUR_MS).toISOString()),
  });
  // Good ones for the most part, so that the gate opens at times.
  const anyRecord = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.array(anyOutcome, { maxLength: 4 }))
    .map(([good, others]) => aRecord([...times(good), ...others]));
  const anyPhase = fc.constantFrom(
    null,
    since(3),
    since(30),
    since(3, "autonomous"),
    since(30, "autonomous"),
    since(30, "predictive"),
  );

  test("nobody acts alone on fewer judged actions than tell, or with a breach within the soak or since it was earned", () => {
    let earned = 0;
    fc.assert(
      fc.property(anyPhase, anyRecord, (current, record) => {
        const { phase } = graduate(current, record, NOW);
        if (phase === "assist") return;
        earned += 1;
        const judged = record.outcomes.filter(({ result }) => ["improved", "no_effect", "regressed"].includes(result));
        expect(judged.length).toBeGreaterThanOrEqual(GATE.fewestJudged);
        const clearSince = current === null || current.phase === "assist" ? daysAgo(GATE.soakDays) : current.since;
        const breaches = record.outcomes.filter(
          ({ result, at }) => ["regressed", "failed"].includes(result) && at > clearSince,
        );
        expect(breaches).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
    expect(earned).toBeGreaterThan(50);
  });

  test("the order of the record does not matter, and asking again changes nothing", () => {
    fc.assert(
      fc.property(anyPhase, anyRecord, (current, record) => {
        const next = graduate(current, record, NOW);
        const reversed = { ...record, outcomes: record.outcomes.toReversed() };
        expect(graduate(current, reversed, NOW).phase).toBe(next.phase);
        expect(graduate(next, record, NOW).phase).toBe(next.phase);
      }),
      { numRuns: 1_000 },
    );
  });
});

test("an admin who allows no more than Shadow holds back what was earned", () => {
  expect(effectivePhase("shadow", "autonomous")).toBe("shadow");
  expect(effectivePhase("assist", "autonomous")).toBe("autonomous");
  expect(effectivePhase("assist", "predictive")).toBe("predictive");
  expect(effectivePhase("assist", "assist")).toBe("assist");
});
