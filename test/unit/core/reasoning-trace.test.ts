import fc from "fast-check";
import { expect, test } from "vitest";
import type { AuditEntry } from "../../../shared/contracts/api.ts";
import { TraceStep } from "../../../shared/contracts/reasoning-trace.ts";
import { sealed } from "../../../shared/core/audit-chain.ts";
import { traceOf } from "../../../shared/core/reasoning-trace.ts";
import { aDiagnosis, NOW } from "../../support/incidents.ts";

const anEntry = (what: string, detail: AuditEntry["detail"]): AuditEntry =>
  sealed({ incidentId: "inc-1", at: NOW.toISOString(), what, detail }, null);
const partsOf = (entry: AuditEntry, asked: Parameters<typeof traceOf>[1] = null): Record<string, string[]> =>
  Object.fromEntries((traceOf([entry], asked)[0]?.parts ?? []).map(({ title, lines }) => [title, lines]));

const evidence = [{ id: "e1", source: "pg_class" as const, summary: "orders has 2,000,000 rows.", facts: {} }];
const diagnosis = { ...aDiagnosis("missing_index"), evidence };
const diagnosed = (wish: object = {}) =>
  anEntry("diagnosed", {
    key: "run-1",
    ...diagnosis,
    recalled: ["inc-0"],
    ran: [{ name: "table-health", rows: 3, ms: 1.26 }],
    ...wish,
  });

test("an investigation is told by what it asked, saw, weighed and put aside", () => {
  const [step] = traceOf([diagnosed()], null);
  expect(step?.said).toBe(diagnosis.summary);
  const parts = partsOf(diagnosed({ rejected: [{ what: "table_bloat", because: "few dead rows" }] }));
  expect(parts["Asked of the server"]).toEqual(["table-health: 3 rows in 1.3 ms"]);
  expect(parts["Saw"]).toEqual(["orders has 2,000,000 rows. (pg_class)"]);
  expect(parts["Put aside"]).toEqual(["table_bloat: few dead rows"]);
  expect(parts["Remembered"]).toEqual(["inc-0"]);
  expect(parts["Confidence"]).toContain(`composite: ${diagnosis.confidence.composite}`);
});

test("what a model was asked and what it answered stands there word by word, with what it came to", () => {
  const secondOpinion = {
    outcome: "given",
    model: "gpt",
    agrees: false,
    cause: "table_bloat",
    confidence: 0.7,
    because: "Many rows are dead.",
    questionDigest: "ab".repeat(32),
    ms: 900,
    at: NOW.toISOString(),
  };
  const parts = partsOf(diagnosed({ secondOpinion }), {
    question: { system: "You are", user: "Causes" },
    answer: "{}",
  });
  expect(parts["A model's second opinion"]).toEqual(["gpt differs: table_bloat, 70 % sure. Many rows are dead."]);
  expect(parts["Asked of the model"]).toEqual(["You are", "Causes"]);
  expect(parts["Answered by the model"]).toEqual(["{}"]);
});

test("an entry of an older version, and one of a newer, is told with what there is", () => {
  expect(partsOf(anEntry("diagnosed", { key: "run-1", summary: "It was so." }))).toEqual({});
  expect(traceOf([anEntry("diagnosed", { summary: "It was so." })], null)[0]?.said).toBe("It was so.");
  expect(partsOf(diagnosed({ mood: "calm" }))["Asked of the server"]).toHaveLength(1);
});

test("what was proposed says what the guardrails saw", () => {
  const entry = anEntry("proposed", { key: "prop-1", statement: "VACUUM", givenEarly: null, facts: { load: "clear" } });
  expect(traceOf([entry], null)[0]?.said).toBe("VACUUM");
  expect(partsOf(entry)).toEqual({ Recorded: ["statement: VACUUM"], "What the guardrails saw": ["load: clear"] });
});

test("whatever an entry holds, it is a step, and as many steps come out as entries went in", () => {
  const detail = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
  const entry = fc
    .tuple(fc.constantFrom("diagnosed", "proposed", "decided", "x"), detail)
    .map(([what, held]) => anEntry(what, held));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
      const steps = traceOf(entries, null);
      expect(steps.map(({ what }) => what)).toEqual(entries.map(({ what }) => what));
      for (const step of steps) expect(TraceStep.safeParse(step).success).toBe(true);
    }),
  );
});
