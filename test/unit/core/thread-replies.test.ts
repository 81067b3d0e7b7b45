// What the threads of Slack are told in which the alerts of an incident stand.
import { expect, test } from "vitest";
import { Notification, Telling } from "../../../shared/contracts/notification.ts";
import { notificationOf, tellingIdOf } from "../../../shared/core/notifications.ts";
import { alertIdOf, firstReplies, tellingsFor, threadsOf, unnamedIn } from "../../../shared/core/thread-replies.ts";
import { aDiagnosis, anIncident, aProposal, NOW } from "../../support/incidents.ts";

const thread = (second: number) => ({ channel: "C0ALERTS", ts: `176363100${second}.000100` });
const [first] = anIncident().alerts;
if (first === undefined) throw new Error("an incident has an alert");
const alerts = [1, 2].map((second) => ({ ...first, alertId: alertIdOf(thread(second)), rule: `Rule ${second}` }));
const where = { serverName: "Shop", dashboard: "https://pgmedic.example/" };
const lowest = { told: "Sev0", paged: "Sev0" } as const;

test("only alerts of Slack have threads, and a strange id is none", () => {
  const odd = ["slack/C0ALERTS/x", "slack/../1763631001.000100", "prometheus/C0ALERTS/1763631001.000100", "slack"];
  const others = odd.map((alertId) => ({ ...first, alertId }));
  expect(threadsOf({ alerts: [first, ...others, ...alerts] })).toEqual([thread(1), thread(2)]);
});

test("the first alert is told that it is looked at, and another one which incident it belongs to", () => {
  const incident = anIncident({ alerts, resolution: null });
  const replies = firstReplies(incident, threadsOf(incident), where, NOW).map((telling) => Telling.parse(telling));
  expect(replies.map(({ thread: at, channel }) => [channel, at])).toEqual([
    ["slackThread", thread(1)],
    ["slackThread", thread(2)],
  ]);
  expect(replies.map(({ notification }) => notification.headline)).toEqual([
    "PgMedic looks at this alert",
    "This alert belongs to an incident that is open",
  ]);
  expect(replies[1]?.notification).toMatchObject({
    trigger: "Rule 2",
    outcome: `It was added to incident ${incident.incidentId}: ${incident.title}.`,
    link: `https://pgmedic.example/incidents/${incident.incidentId}`,
  });
  const later = firstReplies({ ...incident, title: "Another" }, threadsOf(incident), where, NOW);
  expect(later.map(({ tellingId }) => tellingId)).toEqual(replies.map(({ tellingId }) => tellingId));
});

test("an incident that has ended is told of by its end alone, whatever its severity", () => {
  const incident = anIncident({
    alerts,
    severity: "Sev4",
    state: "dismissed",
    resolution: { path: "noAction", because: "It is healthy.", at: NOW.toISOString() },
  });
  expect(firstReplies(incident, threadsOf(incident), where, NOW)).toEqual([]);
  const notification = notificationOf(incident, where, NOW);
  if (notification === null) throw new Error("an end is told");
  const ways = { channels: ["slack", "slackThread"], lowest, threads: threadsOf(incident) } as const;
  const due = tellingsFor(notification, ways, NOW);
  expect(due.map(({ channel, thread: at }) => [channel, at])).toEqual([
    ["slackThread", thread(1)],
    ["slackThread", thread(2)],
  ]);
  expect(new Set(due.map(({ tellingId }) => tellingId)).size).toBe(2);
});

test("a proposal is told with its cause and how certain it is", () => {
  const diagnosis = aDiagnosis();
  const incident = anIncident({ alerts, state: "awaitingApproval", proposal: aProposal(), diagnosis });
  const notification = notificationOf(incident, where, NOW);
  expect(notification).toMatchObject({ occasion: "waits", rootCause: diagnosis.summary });
  expect(notification?.confidence).toBe(`${Math.round(100 * diagnosis.confidence.composite)} %`);
});

test("an alert without a server is told how to name one, and makes a notification like any other", () => {
  const alert = { severity: "Sev3", identity: ["slack", "C0ALERTS", "1763631001.000100"], rule: "CPU" } as const;
  const said = Notification.parse(unnamedIn({ ...alert, identity: [...alert.identity] }, "nothing names one", NOW));
  expect(said).toMatchObject({ occasion: "unnamed", trigger: "CPU", link: null });
  expect(said.outcome).toMatch(/^Nothing is done: nothing names one\. Let the alert name one server by its id here/);
});

test("what was written before there were threads is read, and its id has not changed", () => {
  const [told] = firstReplies(anIncident({ alerts, resolution: null }), [thread(1)], where, NOW);
  if (told === undefined) throw new Error("there is a reply");
  const { thread: _thread, notification, ...old } = told;
  const { confidence: _confidence, ...before } = notification;
  expect(Telling.parse({ ...old, notification: before })).toMatchObject({ thread: null });
  expect(tellingIdOf("note-1", "slack")).toBe(tellingIdOf("note-1", "slack", null));
});
