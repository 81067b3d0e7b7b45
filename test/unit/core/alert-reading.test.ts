import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CommonAlert } from "../../../shared/contracts/alert.ts";
import { Incident } from "../../../shared/contracts/incident.ts";
import { Id } from "../../../shared/contracts/primitives.ts";
import type { ReceivedAlert } from "../../../shared/contracts/received-alert.ts";
import { correlationKeyOf, digestOf, incidentIdOf, openedBy, receiptId } from "../../../shared/core/alert-reading.ts";
import { readAzure } from "../../../shared/core/alert-sources/azure.ts";
import { type AlertWish, anAlert } from "../../support/alerts.ts";
import { EVERY_KIND } from "../../support/every-alert.ts";
import { NOW } from "../../support/incidents.ts";

const alert = (wish: AlertWish = {}): ReceivedAlert => readAzure(CommonAlert.parse(anAlert(wish)));
const read = (wish: AlertWish = {}) => digestOf(alert(wish));

test("the same notification has the same receipt, fired and resolved have two", () => {
  expect(receiptId(alert())).toBe(receiptId(alert({ value: 12 })));
  expect(receiptId(alert())).not.toBe(receiptId(alert({ condition: "Resolved" })));
  expect(receiptId(alert(), "Resolved")).toBe(receiptId(alert({ condition: "Resolved" })));
  expect(receiptId(alert())).not.toBe(receiptId(alert({ alertId: "other" })));
});

test("the receipts of Azure's alerts keep the ids that they have always had", () => {
  // As `derivedId("alert", "alert-1", "Fired")` made it before there was another source: a changed id would open closed incidents again.
  expect(receiptId(alert())).toBe("alert-40ce9ffc8c321263c479");
  const elsewhere = alert({ alertId: "ALERT-1" });
  expect(receiptId(elsewhere)).toBe(receiptId(alert()));
});

test("alerts belong together by server and metric, whatever their rule and the case of the name", () => {
  expect(correlationKeyOf("shop", read())).toBe(correlationKeyOf("shop", read({ alertId: "b", rule: "other rule" })));
  expect(correlationKeyOf("shop", read())).toBe(correlationKeyOf("shop", read({ metric: "CPU_Percent" })));
  expect(correlationKeyOf("shop", read())).not.toBe(correlationKeyOf("shop", read({ metric: "memory_percent" })));
  expect(correlationKeyOf("shop", read())).not.toBe(correlationKeyOf("other", read()));
});

test("the id of an incident follows from the server and the alert", () => {
  expect(incidentIdOf("shop", read())).toBe(incidentIdOf("shop", read()));
  expect(incidentIdOf("shop", read())).not.toBe(incidentIdOf("shop", read({ alertId: "b" })));
});

test("whatever an alert is called, the ids made of it are safe in a URL", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (rule, alertId) => {
      const { incidentId, runId, correlationKey } = openedBy({ ...read(), rule, metric: null, alertId }, "shop", NOW);
      for (const id of [incidentId, runId, correlationKey]) expect(Id.safeParse(id).success).toBe(true);
    }),
  );
});

describe.each(Object.entries(EVERY_KIND))("an alert of the kind %s", (_kind, payload) => {
  test("opens a whole incident with the one message that starts its run", () => {
    const incident = openedBy(digestOf(readAzure(CommonAlert.parse(payload))), "shop", NOW);
    expect(Incident.parse(incident)).toEqual(incident);
    expect(incident).toMatchObject({ state: "dispatched", decision: null });
    expect(incident.outbox).toMatchObject([
      { kind: "message", queue: "runs", message: { type: "trigger", runId: incident.runId } },
    ]);
  });
});
