import type { ReceivedAlert } from "../contracts/received-alert.ts";
import type { SlackProgress } from "../contracts/slack.ts";
import { derivedId } from "./digest.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./time.ts";

/** Slack may show a message a moment after a newer one: so much is read again. Receipts make it harmless. */
const OVERLAP_MS = 2 * MINUTE_MS;
/** Of a rule that flaps, this many messages are known; their ends come soon or never. */
const MOST_FIRED = 50;
/** After an outage, an alert that is older has been looked after by people. */
const OLDEST_MS = DAY_MS;

const tsOf = (ms: number): string => (ms / 1_000).toFixed(6);
const msOf = (ts: string): number => Number(ts) * 1_000;

/** A channel that is seen for the first time begins now: its past has been looked after by people. */
export const begunAt = (channel: string, now: Date): SlackProgress => {
  const ts = tsOf(now.getTime());
  return { channel, since: ts, newest: ts, upTo: null, notBefore: null };
};

/** What is read next: everything after `oldest`, a day ago at most, and up to `latest` where that is set. */
export function periodOf({ since, newest, upTo }: SlackProgress, now: Date): { oldest: string; latest: string | null } {
  const [oldest = since] = [since, tsOf(msOf(newest) - OVERLAP_MS), tsOf(now.getTime() - OLDEST_MS)]
    .toSorted()
    .reverse();
  return { oldest, latest: upTo !== null && upTo > oldest ? upTo : null };
}

/** After everything up to `ts` was dealt with. It goes forward only, whoever comes late. */
export const readUpTo = (progress: SlackProgress, ts: string | null): SlackProgress => ({
  ...progress,
  newest: ts !== null && ts > progress.newest ? ts : progress.newest,
  upTo: progress.upTo !== null && ts !== null && ts >= progress.upTo ? null : progress.upTo,
  notBefore: null,
});

/** After a piece that was too much for one run: the older half of it comes first. */
export const halved = (progress: SlackProgress, now: Date): SlackProgress => {
  const { oldest, latest } = periodOf(progress, now);
  const end = latest === null ? now.getTime() : msOf(latest);
  // A second is not halved any more.
  return { ...progress, upTo: tsOf(Math.max((msOf(oldest) + end) / 2, msOf(oldest) + 1_000)) };
};

/** After Slack asked for patience; an hour at most. */
export const waitingFor = (progress: SlackProgress, waitMs: number, now: Date): SlackProgress => ({
  ...progress,
  notBefore: new Date(now.getTime() + Math.min(HOUR_MS, waitMs)).toISOString(),
});

/** A number by itself; one within a name, such as disk1, belongs to the name. */
const FIGURE = /(?<![\w.-])\d{1,20}(?:[.,]\d{1,20})?\s?%?(?![\w-])/g;

/** What an alert and its end have in common, whatever figures they hold: a chat gives alerts no other id. */
export const firedKeyOf = (channel: string, serverId: string, { rule }: Pick<ReceivedAlert, "rule">): string =>
  derivedId("slack-fired", channel, serverId, rule.toLowerCase().replaceAll(FIGURE, "#"));

/** With one message more; null where it is known. */
export const withFired = (fired: readonly string[], ts: string): string[] | null =>
  fired.includes(ts) ? null : [...fired, ts].toSorted().slice(-MOST_FIRED);

/** The message whose alert ended with the message at `ts`: the last one before it. One that was edited into its own end is its own. */
export const firedBefore = (fired: readonly string[], ts: string): string | null =>
  fired.findLast((one) => one <= ts) ?? null;
