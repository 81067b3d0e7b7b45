import { expect, test } from "vitest";
import type { Expiry } from "../../../shared/contracts/baseline.ts";
import { isOpen } from "../../../shared/core/anomalies.ts";
import { newDetection } from "../../../shared/core/detection.ts";
import { afterExpiries, expiryText } from "../../../shared/core/expiries.ts";
import { DAY_MS, later, MINUTE_MS } from "../../../shared/core/time.ts";
import { NOW } from "../../support/incidents.ts";

const at = (days: number): string => later(NOW, days * DAY_MS + MINUTE_MS).toISOString();
const password = (days: number, subject = "app"): Expiry => ({ kind: "credential", subject, expiresAt: at(days) });
const look = (expiries: Expiry[], state = newDetection("shop"), days = 0) =>
  afterExpiries(state, expiries, later(NOW, days * DAY_MS).toISOString());

test("what ends within two weeks is told of once, and the nearer the graver", () => {
  const first = look([password(13), password(2, "batch"), password(15, "far"), password(-300, "retired")]);
  expect(first.anomalies.map(({ subject, severity }) => [subject.split(" ")[0], severity])).toEqual([
    ["app", "Sev3"],
    ["batch", "Sev2"],
  ]);
  expect(look([password(13), password(2, "batch")], first).anomalies).toEqual(first.anomalies);
});

test("what was renewed is over, and its next end is told of as well", () => {
  const first = look([password(5)]);
  const renewed = look([password(95)], first, 1);
  expect(renewed.anomalies).toMatchObject([{ ending: "normal" }]);
  expect(look([password(95)], renewed, 90).anomalies.filter(isOpen)).toHaveLength(1);
});

test("a certificate and a password of the same name are two things", () => {
  const certificate: Expiry = { kind: "certificate", subject: "app", expiresAt: at(5) };
  expect(look([password(5), certificate]).anomalies).toHaveLength(2);
});

test("it is said in days", () => {
  const now = NOW.toISOString();
  expect(expiryText(password(5), now)).toBe("the password of app ends in 5 days, on 2026-11-25");
  expect(expiryText(password(0), now)).toBe("the password of app ends within a day, on 2026-11-20");
  expect(expiryText(password(-2), now)).toBe("the password of app ended on 2026-11-18");
});
