import type { Anomaly, Detection } from "../contracts/baseline.ts";
import { DAY_MS, msBetween } from "./time.ts";

/** Those that are over and still shown. */
const MOST_OVER = 10;
/** What has lasted a day is the new normal: whoever was told of it knows, and the baseline goes on from there. */
const LASTING_MS = DAY_MS;
/** So many readings of it say where the new level is; with fewer, nobody could look, and it is let go. */
const LEAST_LASTING_READINGS = 300;

type Named = Pick<Anomaly, "kind" | "subject" | "since">;

/** How the ids of alerts begin that PgMedic's own detection makes. */
export const DETECTED = "pgmedic/";

/** What an anomaly's alert is known by: the same anomaly is the same alert, however often it is told of. */
export const anomalyIdOf = (serverId: string, { kind, subject, since }: Named): string =>
  `${DETECTED}${serverId}/${kind}/${subject}/${since}`;

/** An anomaly as it begins: it goes on, and nobody was told of it. */
export const begunAnomaly = (
  begun: Omit<Anomaly, "offset" | "endedAt" | "ending" | "told" | "incidentId"> & Partial<Pick<Anomaly, "offset">>,
): Anomaly => ({
  offset: { count: 0, mean: 0 },
  ...begun,
  endedAt: null,
  ending: null,
  told: "nothing",
  incidentId: null,
});

export const isOpen = ({ endedAt }: Pick<Anomaly, "endedAt">): boolean => endedAt === null;

/** The anomaly of a kind (and subject) that goes on. */
export const openOf = (anomalies: readonly Anomaly[], kind: Anomaly["kind"], subject = ""): Anomaly | undefined =>
  anomalies.find((one) => isOpen(one) && one.kind === kind && one.subject === subject);

export const ended = (anomaly: Anomaly, ending: NonNullable<Anomaly["ending"]>, at: string): Anomaly => ({
  ...anomaly,
  endedAt: at,
  ending,
});

/** An anomaly with one more reading of how far off it is. */
export function withOffset(anomaly: Anomaly, offset: number): Anomaly {
  const count = anomaly.offset.count + 1;
  const mean = anomaly.offset.mean + (offset - anomaly.offset.mean) / count;
  return { ...anomaly, offset: { count, mean: Number(mean.toPrecision(6)) } };
}

/** How an anomaly that has lasted too long ends; null while it has not. */
export function lastingEnd({ since, offset }: Anomaly, at: string): "adopted" | "lapsed" | null {
  if (msBetween(since, at) < LASTING_MS) return null;
  return offset.count >= LEAST_LASTING_READINGS ? "adopted" : "lapsed";
}

/**
 * What there is to tell of an anomaly now: that it began, that it is over, or nothing. One that became the normal is not over, and one that is
 * over before anybody could be told wakes nobody.
 */
export function dueOf({ told, ending, endedAt }: Anomaly): "Fired" | "Resolved" | null {
  if (told === "nothing") return endedAt === null ? "Fired" : null;
  return told === "fired" && endedAt !== null && ending === "normal" ? "Resolved" : null;
}

/** An anomaly of which this was told. */
export function afterTelling(anomaly: Anomaly, condition: "Fired" | "Resolved", incidentId: string | null): Anomaly {
  return condition === "Fired"
    ? { ...anomaly, told: "fired", incidentId: incidentId ?? anomaly.incidentId }
    : { ...anomaly, told: "all" };
}

/** Those that go on, those that are to be told of, and the last ones that are over. */
export function keptOf(anomalies: readonly Anomaly[]): Detection["anomalies"] {
  const live = anomalies.filter((one) => isOpen(one) || dueOf(one) !== null);
  const over = anomalies.filter((one) => !live.includes(one)).slice(0, MOST_OVER);
  return [...live, ...over];
}
