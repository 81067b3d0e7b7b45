import type { InvocationContext } from "@azure/functions";
import { type Tellings, tellingsOf } from "../shared/adapters/tellings.ts";
import type { Incident } from "../shared/contracts/incident.ts";
import type { Telling, Told } from "../shared/contracts/notification.ts";
import type { ReceivedAlert } from "../shared/contracts/received-alert.ts";
import { failureText, scrubbed } from "../shared/core/log-text.ts";
import {
  claimed,
  notificationIdOf,
  notificationOf,
  occasionOf,
  settled,
  tellingIdOf,
  tellingOf,
} from "../shared/core/notifications.ts";
import { firstReplies, tellingsFor, threadsOf, unnamedIn } from "../shared/core/thread-replies.ts";
import { MINUTE_MS, msBetween } from "../shared/core/time.ts";
import { channelsIn } from "./channels.ts";
import { rememberedUpTo } from "./in-time.ts";
import { services } from "./services.ts";

/** Lines about what could not be told begin with this. */
export const NOTIFY = "pgmedic.notify";
/** What is due for longer than this is said again with every try. */
const OVERDUE_MS = 15 * MINUTE_MS;

type Log = Pick<InvocationContext, "warn">;

/** What this process has written, so that the sweep does not write it again each minute. */
const noticed = rememberedUpTo(10_000);
let isExplained = false;

const tellings = (): Tellings => tellingsOf(services().documents);

/** Writes down what people should know about an incident now, and tells it at once. Rejects only when it cannot be written down. */
export async function notice(incidentId: string, context: Log): Promise<void> {
  const { incidents, settings } = services();
  if (channelsIn(settings).length === 0) return;
  const incident = await incidents.read(incidentId);
  if (incident === null) return;
  await tellInOrder(await writeDown(incident), context);
}

/** Writes down what nobody announces: that a proposal will expire soon, that a second person is needed. */
export async function noticeWaiting(incidents: readonly Incident[]): Promise<void> {
  for (const incident of incidents) if (incident.state === "awaitingApproval") await writeDown(incident);
}

async function writeDown(incident: Incident): Promise<Telling[]> {
  const { settings, servers, now } = services();
  const moment = now();
  const channels = channelsIn(settings).map(({ name }) => name);
  const occasion = occasionOf(incident, moment);
  const threads = channels.includes("slackThread") ? threadsOf(incident) : [];
  if (channels.length === 0 || (occasion === null && threads.length === 0)) return [];
  const alerts = threads.length === 0 ? "" : ` of ${incident.alerts.length + incident.alertsLeftOut} alerts`;
  const key = `${occasion === null ? incident.incidentId : notificationIdOf(incident, occasion)}${alerts}`;
  if (noticed.has(key)) return [];
  const server = await servers.read(incident.serverId);
  const serverName = server?.displayName ?? incident.serverId;
  const dashboard = settings.PGMEDIC_DASHBOARD_URL ?? null;
  const where = { serverName, dashboard };
  const notification = notificationOf(incident, where, moment);
  const lowest = { told: settings.PGMEDIC_NOTIFY_LOWEST, paged: settings.PGMEDIC_NOTIFY_PAGE_LOWEST };
  const told = notification === null ? [] : tellingsFor(notification, { channels, lowest, threads }, moment);
  const due = [...firstReplies(incident, threads, where, moment), ...told];
  for (const telling of due) await tellings().create(telling);
  noticed.add(key);
  return due;
}

/** Writes down, once, that an alert leads to no server, and tells it in the alert's thread. */
export async function noticeUnnamed(alert: ReceivedAlert, because: string, context: Log): Promise<void> {
  const { now } = services();
  const due = threadsOf({ alerts: [alert] }).map((thread) =>
    tellingOf(unnamedIn(alert, because, now()), "slackThread", now(), thread),
  );
  for (const telling of due) await tellings().create(telling);
  await tellInOrder(due, context);
}

/** Each channel beside the others, and within a thread one after the other. */
async function tellInOrder(due: readonly Telling[], context: Log): Promise<void> {
  const ways = Object.groupBy(due, ({ channel, thread }) => `${channel} ${thread?.channel} ${thread?.ts}`);
  await Promise.all(
    Object.values(ways).map(async (way = []) => {
      for (const telling of way) await tell(telling, context);
    }),
  );
}

/** Tells whatever is due. Says once whether there is anybody to tell. */
export async function tellAll(context: Pick<InvocationContext, "log" | "warn">): Promise<void> {
  const { settings, now } = services();
  const names = channelsIn(settings).map(({ name }) => name);
  if (!isExplained)
    context.log(
      names.length === 0
        ? `${NOTIFY}: nobody is told of incidents: no PGMEDIC_NOTIFY_… is set`
        : `${NOTIFY}: people are told by ${names.join(", ")}`,
    );
  isExplained = true;
  if (names.length === 0) return;
  await tellInOrder(await tellings().due(now()), context);
}

/**
 * Tells one, unless the incident went on meanwhile or somebody else is telling it. Never rejects: what went wrong is kept with it, and
 * the sweep comes back. Killed after the service took it and before that is written, it is told a second time.
 */
async function tell({ tellingId }: Telling, context: Log): Promise<void> {
  try {
    const { now } = services();
    const mine = await tellings().change(tellingId, (current) => claimed(current, now()));
    if (mine === null) return;
    if (!(await isStillSo(mine))) {
      await tellings().change(tellingId, (current) => ({ ...current, state: "overtaken" }));
      return;
    }
    const told = await send(mine);
    const after = await tellings().change(tellingId, (current) =>
      current.state === "due" ? settled(current, told, now()) : null,
    );
    if (after !== null) complain(after, context);
    if (mine.channel === "pagerDuty" && told.outcome === "told") await endPageAgain(mine);
  } catch (failure) {
    context.warn(`${NOTIFY}: ${tellingId} is left to the next sweep: ${failureText(failure)}`);
  }
}

async function send({ channel, notification, thread }: Telling): Promise<Told> {
  const known = channelsIn(services().settings).find(({ name }) => name === channel);
  if (known === undefined) return { outcome: "refused", because: "the channel is not set any more" };
  const told = await known.tell(notification, thread);
  return told.outcome === "told" ? told : { ...told, because: scrubbed(told.because) };
}

/** A proposal that was decided meanwhile does not wait any more. */
async function isStillSo({ notification }: Telling): Promise<boolean> {
  const { incidents, now } = services();
  if (notification.occasion === "unnamed") return true;
  const incident = await incidents.read(notification.incidentId);
  // Its end is told instead.
  if (notification.occasion === "seen") return incident !== null && incident.resolution === null;
  const occasion = incident === null ? null : occasionOf(incident, now());
  return incident !== null && occasion !== null && notificationIdOf(incident, occasion) === notification.notificationId;
}

/**
 * A page that was triggered while its incident ended might stand after the end was told: the end is told once more, which changes nothing
 * where it came last.
 */
async function endPageAgain(triggered: Telling): Promise<void> {
  const { incidents, now } = services();
  const incident = await incidents.read(triggered.notification.incidentId);
  if (incident === null || incident.resolution === null) return;
  const occasion = occasionOf(incident, now());
  if (occasion === null || occasion === triggered.notification.occasion) return;
  const ended = tellingIdOf(notificationIdOf(incident, occasion), triggered.channel);
  await tellings().change(ended, (current) =>
    current.state === "told" ? { ...current, state: "due", nextTryAt: now().toISOString() } : null,
  );
}

function complain({ state, channel, notification, because, tries }: Telling, context: Log): void {
  const { occasion, incidentId, at } = notification;
  const what = `${channel} was not told of ${incidentId} (${occasion})`;
  if (state === "refused") context.warn(`${NOTIFY}: ${what}, and is not tried again: ${because ?? ""}`);
  if (state !== "due") return;
  const isOverdue = msBetween(at, services().now().toISOString()) > OVERDUE_MS;
  if (tries === 1 || isOverdue) context.warn(`${NOTIFY}: ${what} yet, after ${tries} tries: ${because ?? ""}`);
}
