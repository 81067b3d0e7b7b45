import type { Incident } from "../contracts/incident.ts";
import type { ChannelName, Notification, Occasion, Telling, Told } from "../contracts/notification.ts";
import type { ResolutionPath, Verification } from "../contracts/outcome.ts";
import type { Severity } from "../contracts/primitives.ts";
import type { Thread } from "../contracts/slack.ts";
import { derivedId } from "./digest.ts";
import { percentText } from "./percent.ts";
import { isGraver } from "./severity.ts";
import { DAY_MS, HOUR_MS, later, MINUTE_MS, msBetween, SECOND_MS } from "./time.ts";

const ENDS: Record<ResolutionPath, Occasion> = {
  humanApproved: "resolvedByConsent",
  autonomous: "resolvedAutonomously",
  handedOff: "handedOff",
  noAction: "dismissed",
  selfResolved: "dismissed",
  skipped: "dismissed",
  expired: "expired",
  failed: "failed",
  rolledBack: "rolledBack",
};

export const HEADLINES: Record<Occasion, string> = {
  seen: "PgMedic looks at this alert",
  unnamed: "PgMedic does not know which server this alert is about",
  waits: "A proposal waits for a decision",
  reminder: "A proposal expires soon and still waits for a decision",
  secondPerson: "A second person must agree to a proposal",
  resolvedByConsent: "Resolved with a person's consent",
  resolvedAutonomously: "Resolved without asking anybody",
  rolledBack: "The action did not help and was undone",
  failed: "The run failed: a person is needed",
  handedOff: "Handed off: a person is needed",
  expired: "Nobody decided before the proposal expired",
  dismissed: "Closed without an action",
};

/** What is read of a long text; the dashboard has all of it. */
const MOST = { text: 700, statement: 1_200, recommendation: 300, recommendations: 5 } as const;

/** Approvals of the proposal that waits; null where none waits. */
function approvalsOfWaiting({ state, proposal, decision, approvals }: Incident): number | null {
  if (state !== "awaitingApproval" || proposal === null || decision !== null) return null;
  return approvals.filter(({ proposalId }) => proposalId === proposal.proposalId).length;
}

/** What people should know about an incident now; null for nothing. A proposal that has expired is no longer told of as waiting. */
export function occasionOf(incident: Incident, now: Date): Occasion | null {
  if (incident.resolution !== null) return ENDS[incident.resolution.path];
  const approvals = approvalsOfWaiting(incident);
  if (incident.proposal === null || approvals === null) return null;
  const { proposedAt, expiresAt } = incident.proposal;
  const left = msBetween(now.toISOString(), expiresAt);
  if (left <= 0) return null;
  if (left < msBetween(proposedAt, expiresAt) / 4) return "reminder";
  return approvals > 0 ? "secondPerson" : "waits";
}

/** The same occasion has the same id, however often it is asked for: it is told once for each round, and for each person who agreed. */
export const notificationIdOf = (incident: Incident, occasion: Occasion): string =>
  derivedId(
    "note",
    incident.incidentId,
    occasion,
    incident.resolution === null ? [incident.proposal?.round ?? 0, approvalsOfWaiting(incident) ?? 0] : "end",
  );

/** What is told now; null for nothing. `serverName` is what people call the server, `dashboard` the dashboard's address. */
export function notificationOf(
  incident: Incident,
  { serverName, dashboard }: { serverName: string; dashboard: string | null },
  now: Date,
): Notification | null {
  const occasion = occasionOf(incident, now);
  if (occasion === null) return null;
  const { incidentId, severity, diagnosis, proposal, resolution, verification } = incident;
  const recommended = diagnosis !== null && "recommendations" in diagnosis ? diagnosis.recommendations : [];
  return {
    notificationId: notificationIdOf(incident, occasion),
    incidentId,
    occasion,
    severity,
    headline: HEADLINES[occasion],
    server: beginning(serverName, 100),
    trigger: triggerOf(incident),
    rootCause: diagnosis === null ? null : beginning(diagnosis.summary, MOST.text),
    confidence: diagnosis === null ? null : percentText(100 * diagnosis.confidence.composite),
    statement: proposal === null ? null : beginning(proposal.statement, MOST.statement),
    undo: proposal === null ? null : beginning(proposal.inverse?.statement ?? "There is no way back.", MOST.statement),
    outcome: beginning(resolution?.because ?? waitingText(incident), MOST.text),
    figures: verification === null ? [] : figuresOf(verification),
    recommendations: recommended.slice(0, MOST.recommendations).map((text) => beginning(text, MOST.recommendation)),
    link: linkOf(dashboard, incidentId),
    at: now.toISOString(),
  };
}

/** The incident in the dashboard; null where its address is not known. */
export const linkOf = (dashboard: string | null, incidentId: string): string | null =>
  dashboard === null ? null : `${dashboard.replace(/\/+$/, "")}/incidents/${incidentId}`;

function waitingText(incident: Incident): string {
  const { proposal } = incident;
  if (proposal === null) return "";
  const until = `${proposal.expiresAt.slice(0, 16).replace("T", " ")} UTC`;
  const agreed = approvalsOfWaiting(incident) ?? 0;
  const people = agreed > 0 ? "One person agreed, and another one must agree too" : "It waits for a person";
  return `${people}, until ${until}.`;
}

function triggerOf({ alerts }: Incident): string | null {
  const [first] = alerts;
  if (first === undefined) return null;
  const { rule, metric, value, threshold } = first;
  const figure = value === null ? "" : `: ${metric ?? "its figure"} was ${value}`;
  const limit = value === null || threshold === null ? "" : ` (threshold ${threshold})`;
  return beginning(`${rule}${figure}${limit}`, MOST.text);
}

function figuresOf(verification: Verification): Notification["figures"] {
  if (verification.basis === "measure") {
    const { measure, before, after } = verification;
    return [{ what: beginning(measure, 100), before: String(before), after: String(after) }];
  }
  const { before, after } = verification;
  const cpu =
    before.cpuPercent === null || after.cpuPercent === null
      ? []
      : [{ what: "CPU, %", before: before.cpuPercent.toFixed(0), after: after.cpuPercent.toFixed(0) }];
  return [
    { what: "Mean time of a call, ms", before: before.meanMs.toFixed(2), after: after.meanMs.toFixed(2) },
    { what: "Blocks a call", before: before.blocksPerCall.toFixed(0), after: after.blocksPerCall.toFixed(0) },
    ...cpu,
  ];
}

export const beginning = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 2)} …`;

/** The least grave severity that is told: of channels that people read, and of the one that wakes them. */
export type Lowest = { told: Severity; paged: Severity };

/**
 * Which of the channels get a notification. Only what pages people, and other software, hears that an incident needs nobody; and the thread of
 * an alert, which is told of everything: whoever posted the alert wants to know its end.
 */
export const channelsFor = (
  { severity, occasion }: Pick<Notification, "severity" | "occasion">,
  channels: readonly ChannelName[],
  lowest: Lowest,
): ChannelName[] =>
  channels.filter((channel) => {
    if (channel === "slackThread") return true;
    if (isGraver(channel === "pagerDuty" ? lowest.paged : lowest.told, severity)) return false;
    return occasion !== "dismissed" || channel === "pagerDuty" || channel === "webhook";
  });

/** The id of a notification's way to a channel, or into a thread. */
export const tellingIdOf = (notificationId: string, channel: ChannelName, thread: Thread | null = null): string =>
  derivedId("tell", notificationId, channel, ...(thread === null ? [] : [thread.channel, thread.ts]));

/** A new way of a notification to a channel, due at once. */
export const tellingOf = (
  notification: Notification,
  channel: ChannelName,
  now: Date,
  thread: Thread | null = null,
): Telling => ({
  tellingId: tellingIdOf(notification.notificationId, channel, thread),
  channel,
  thread,
  notification,
  state: "due",
  tries: 0,
  nextTryAt: now.toISOString(),
  because: null,
});

/** Longer than a call may take: who was killed while telling leaves it to the next one after this. */
const CLAIM_MS = MINUTE_MS;
const FIRST_WAIT_MS = 30 * SECOND_MS;
const LONGEST_WAIT_MS = 15 * MINUTE_MS;
const LONGEST_ASKED_MS = HOUR_MS;
const GIVEN_UP_MS = DAY_MS;

/** The telling as it is while somebody tries it; null when it is not its time, or somebody else tries it. */
export const claimed = (telling: Telling, now: Date): Telling | null =>
  telling.state !== "due" || telling.nextTryAt > now.toISOString()
    ? null
    : { ...telling, tries: telling.tries + 1, nextTryAt: later(now, CLAIM_MS).toISOString() };

/** What becomes of a telling by what the channel answered. A channel that is away for a day is given up. */
export function settled(telling: Telling, told: Told, now: Date): Telling {
  switch (told.outcome) {
    case "told":
      return { ...telling, state: "told", because: null };
    case "refused":
      return { ...telling, state: "refused", because: told.because };
    case "later": {
      if (msBetween(telling.notification.at, now.toISOString()) >= GIVEN_UP_MS)
        return { ...telling, state: "refused", because: `given up after a day: ${told.because}` };
      const own = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, telling.tries - 1));
      const waitMs = told.waitMs === null ? own : Math.min(LONGEST_ASKED_MS, told.waitMs);
      return { ...telling, because: told.because, nextTryAt: later(now, waitMs).toISOString() };
    }
  }
}
