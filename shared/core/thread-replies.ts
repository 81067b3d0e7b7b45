import type { AlertDigest, Incident } from "../contracts/incident.ts";
import type { ChannelName, Notification, Telling } from "../contracts/notification.ts";
import type { ReceivedAlert } from "../contracts/received-alert.ts";
import { Thread } from "../contracts/slack.ts";
import { derivedId } from "./digest.ts";
import { beginning, channelsFor, HEADLINES, linkOf, type Lowest, tellingOf } from "./notifications.ts";

/** What an incident knows an alert of Slack by; the thread is found again from it. */
export const alertIdOf = ({ channel, ts }: Thread): string => `slack/${channel}/${ts}`;

/** The messages of Slack that told of an incident's alerts, in the incident's order. Of a storm those between the first and the last are not kept. */
export function threadsOf({ alerts }: { alerts: readonly Pick<AlertDigest, "alertId">[] }): Thread[] {
  return alerts.flatMap(({ alertId }) => {
    const [source, channel, ts] = alertId.split("/");
    const thread = source === "slack" ? Thread.safeParse({ channel, ts }).data : undefined;
    return thread === undefined ? [] : [thread];
  });
}

type Where = { serverName: string; dashboard: string | null };

type Ways = { channels: readonly ChannelName[]; lowest: Lowest; threads: readonly Thread[] };

/** Every way that a notification takes now: one for each channel, and of the one that answers in threads one for each thread. */
export const tellingsFor = (notification: Notification, { channels, lowest, threads }: Ways, now: Date): Telling[] =>
  channelsFor(notification, channels, lowest).flatMap((name) =>
    name === "slackThread"
      ? threads.map((thread) => tellingOf(notification, name, now, thread))
      : [tellingOf(notification, name, now)],
  );

/** The first replies in the threads of an incident that goes on. Where it has ended, its end is the only one. */
export const firstReplies = (incident: Incident, threads: readonly Thread[], where: Where, now: Date): Telling[] =>
  incident.resolution === null
    ? threads.map((thread) => tellingOf(seenIn(incident, thread, where, now), "slackThread", now, thread))
    : [];

/** What an alert's thread is told first: that PgMedic looks at it, or which incident it was folded into. */
export function seenIn(incident: Incident, thread: Thread, { serverName, dashboard }: Where, now: Date): Notification {
  const { incidentId, severity, alerts, title } = incident;
  const place = alerts.findIndex(({ alertId }) => alertId === alertIdOf(thread));
  return {
    ...NOTHING_MORE,
    notificationId: derivedId("note", incidentId, "seen", thread.channel, thread.ts),
    incidentId,
    occasion: "seen",
    severity,
    headline: place > 0 ? "This alert belongs to an incident that is open" : HEADLINES.seen,
    server: beginning(serverName, 100),
    trigger: alerts[place]?.rule ?? null,
    outcome: `${place > 0 ? "It was added to incident" : "It opened incident"} ${incidentId}: ${beginning(title, 300)}.`,
    link: linkOf(dashboard, incidentId),
    at: now.toISOString(),
  };
}

/** What the thread of an alert is told that leads to no server, or to several. There is no incident: the id is the one that its receipt would have. */
export const unnamedIn = (
  { severity, identity, rule }: Pick<ReceivedAlert, "severity" | "identity" | "rule">,
  because: string,
  now: Date,
): Notification => ({
  ...NOTHING_MORE,
  notificationId: derivedId("note", "unnamed", ...identity),
  incidentId: derivedId("alert", ...identity),
  occasion: "unnamed",
  severity,
  headline: HEADLINES.unnamed,
  server: "",
  trigger: rule,
  outcome:
    `Nothing is done: ${beginning(because, 300)}. Let the alert name one server by its id here, its host or its name in Azure, ` +
    "for example at its end as: on shop-db. Or as a line: server: shop-db.",
  link: null,
  at: now.toISOString(),
});

const NOTHING_MORE = {
  rootCause: null,
  confidence: null,
  statement: null,
  undo: null,
  figures: [],
  recommendations: [],
};
