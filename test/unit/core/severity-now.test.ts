import { expect, test } from "vitest";
import { severityNow } from "../../../shared/core/severity.ts";
import { aDiagnosis, anIncident } from "../../support/incidents.ts";

const [alert] = anIncident().alerts;
if (alert === undefined) throw new Error("an incident has an alert");
const opened = { ...alert, severity: "Sev3" as const };

test("the severity that counts is the diagnosis's until a graver alert joins", () => {
  const diagnosis = aDiagnosis();
  expect(severityNow(anIncident({ diagnosis, alerts: [opened] }))).toBe("Sev3");
  expect(severityNow(anIncident({ diagnosis, alerts: [opened, { ...opened, severity: "Sev4" }] }))).toBe("Sev3");
  expect(severityNow(anIncident({ diagnosis, alerts: [opened, { ...opened, severity: "Sev1" }, opened] }))).toBe(
    "Sev1",
  );
});

test("a diagnosis that is graver than every alert stays as grave", () => {
  const diagnosis = { ...aDiagnosis(), severity: "Sev1" as const };
  expect(severityNow(anIncident({ diagnosis, alerts: [opened, { ...opened, severity: "Sev2" }] }))).toBe("Sev1");
});
