import { expect, test } from "vitest";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { withAlert } from "../../../shared/core/attached-alerts.ts";
import { later } from "../../../shared/core/time.ts";
import { anIncident, NOW } from "../../support/incidents.ts";

const [first] = anIncident().alerts;
function attached(incident: Incident, count: number, from = 0): Incident {
  if (first === undefined) throw new Error("an incident begins with an alert");
  let current = incident;
  for (let at = from; at < from + count; at += 1)
    current = withAlert(current, { ...first, alertId: `alert-${at}` }, later(NOW, at * 1_000)) ?? current;
  return current;
}
const idsOf = ({ alerts }: Incident): string[] => alerts.map(({ alertId }) => alertId);

test("alerts that come again are kept as they are while they are few", () => {
  const incident = attached(anIncident(), 99);
  expect(incident.alerts).toHaveLength(100);
  expect(incident.alertsLeftOut).toBe(0);
});

test("of many the first fifty and the last fifty are kept, and the others counted", () => {
  const incident = attached(anIncident(), 5_000);
  expect(idsOf(incident).slice(0, 2)).toEqual([first?.alertId, "alert-0"]);
  expect(idsOf(incident).slice(-2)).toEqual(["alert-4998", "alert-4999"]);
  expect([incident.alerts.length, incident.alertsLeftOut]).toEqual([100, 4_901]);
});

test("one line of the timeline tells of all of them, with the moment of the last one", () => {
  const rule = first?.rule ?? "";
  const once = attached(anIncident(), 1);
  expect(once.timeline.map(({ text }) => text).at(-1)).toBe(`${rule} fired again: attached.`);
  const { timeline, updatedAt } = attached(once, 4_999, 1);
  expect(timeline).toHaveLength(2);
  expect(timeline.at(-1)).toMatchObject({ text: `${rule} fired again: attached, after 4,999 others.`, at: updatedAt });
});

test("an alert that is there already, and an incident that is over, stay as they are", () => {
  const alert = first === undefined ? [] : [first];
  for (const one of alert) {
    expect(withAlert(anIncident(), one, NOW)).toBeNull();
    expect(withAlert(anIncident({ state: "expired" }), { ...one, alertId: "new" }, NOW)).toBeNull();
  }
});
