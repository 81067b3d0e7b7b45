import { expect, test } from "vitest";
import { severityOf } from "../../../shared/core/severity.ts";
import { confidenceOf } from "../../../shared/core/confidence.ts";

const impact = {
  alertSeverity: "Sev2",
  tier: "standard",
  environment: "production",
  shareOfTime: 0.3,
  saturated: false,
} as const;

test("the same facts always get the same severity", () => {
  expect(severityOf(impact)).toBe(severityOf({ ...impact }));
  expect(severityOf(impact)).toBe("Sev2");
});

test("a cause that takes half of a production server's time is one step graver", () => {
  expect(severityOf({ ...impact, shareOfTime: 0.6 })).toBe("Sev1");
});

test("a development server is one step less grave, and a saturated one never below Sev2", () => {
  expect(severityOf({ ...impact, environment: "development" })).toBe("Sev3");
  expect(severityOf({ ...impact, environment: "development", saturated: true })).toBe("Sev2");
});

test("composite confidence weighs the parts that ran", () => {
  expect(confidenceOf({ self: 1, validator: 1, retrieval: 1, evidence: 1 }).composite).toBe(1);
  expect(confidenceOf({ self: 0.8, validator: null, retrieval: null, evidence: 1 }).composite).toBe(0.86);
});
