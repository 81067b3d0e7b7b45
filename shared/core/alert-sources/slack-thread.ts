import type { AlertDigest } from "../../contracts/incident.ts";

const PREFIX = "slack";

/** What an incident knows the alert of a message by. */
export const alertIdOfThread = ({ channel, ts }: { channel: string; ts: string }): string =>
  `${PREFIX}/${channel}/${ts}`;

/** The messages that brought some alerts; others come from elsewhere. */
export const threadsOf = (alerts: readonly Pick<AlertDigest, "alertId">[]): { channel: string; ts: string }[] =>
  alerts.flatMap(({ alertId }) => {
    const [, channel, ts] = /^slack\/([CG][A-Z0-9]{6,20})\/(\d{1,12}\.\d{6})$/.exec(alertId) ?? [];
    return channel === undefined || ts === undefined ? [] : [{ channel, ts }];
  });

/** The moment of a message. */
export const momentOf = (ts: string): string => new Date(Math.floor(Number(ts) * 1_000)).toISOString();

/** A moment as Slack writes it. */
export const tsOf = (at: Date): string =>
  `${Math.floor(at.getTime() / 1_000)}.${String(at.getTime() % 1_000).padStart(3, "0")}000`;
