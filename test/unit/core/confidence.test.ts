import { expect, test } from "vitest";
import { confidenceOf } from "../../../shared/core/confidence.ts";

test("the composite is the weighted mean of the parts", () => {
  expect(confidenceOf({ self: 1, validator: 0.8, retrieval: 0.6, evidence: 0.4 }).composite).toBe(0.76);
});

test("a part that did not run shares its weight among the rest instead of counting as nothing", () => {
  expect(confidenceOf({ self: 0.9, validator: null, retrieval: null, evidence: 0.9 }).composite).toBe(0.9);
  expect(confidenceOf({ self: 1, validator: null, retrieval: null, evidence: 0 }).composite).toBe(0.7);
});
