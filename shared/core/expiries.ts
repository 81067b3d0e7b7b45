import type { Anomaly, Detection, Expiry } from "../contracts/baseline.ts";
import { begunAnomaly, ended, isOpen, keptOf } from "./anomalies.ts";
import { DAY_MS, msBetween } from "./time.ts";

/** Two weeks are enough to change a password or a certificate in working hours; three days are not, over a weekend. */
const SOON_DAYS = 14;
const GRAVE_DAYS = 3;
/** What ended longer ago is retired: whoever needed it would have said so. */
const RETIRED_DAYS = 7;

/** Whole days that are left; negative when it is over. */
export const daysLeft = (expiresAt: string, now: string): number => Math.floor(msBetween(now, expiresAt) / DAY_MS);

/** Whether something ends so soon that somebody must see to it; also when it ended lately. */
export const endsSoon = (expiresAt: string, now: string): boolean => {
  const days = daysLeft(expiresAt, now);
  return days < SOON_DAYS && days >= -RETIRED_DAYS;
};

/** "the password of app ends in 5 days, on 2026-12-06". */
export function expiryText({ kind, subject, expiresAt }: Expiry, now: string): string {
  const days = daysLeft(expiresAt, now);
  const what = kind === "certificate" ? `the certificate of ${subject}` : `the password of ${subject}`;
  const on = expiresAt.slice(0, 10);
  if (days < 0) return `${what} ended on ${on}`;
  return `${what} ends ${days === 0 ? "within a day" : days === 1 ? "in a day" : `in ${days} days`}, on ${on}`;
}

/** One that was renewed is another one, so that the next end is told of as well. */
const subjectOf = ({ subject, expiresAt }: Expiry): string => `${subject} until ${expiresAt.slice(0, 10)}`;

/** The state after a look at what ends: it needs no baseline, since the date is known. One that is there no more was renewed or removed. */
export function afterExpiries(state: Detection, expiries: readonly Expiry[], at: string): Detection {
  const soon = expiries.filter(({ expiresAt }) => endsSoon(expiresAt, at));
  const isSoon = (one: Anomaly): boolean =>
    soon.some((expiry) => expiry.kind === one.kind && subjectOf(expiry) === one.subject);
  const anomalies = state.anomalies.map((one) =>
    isOpen(one) && (one.kind === "certificate" || one.kind === "credential") && !isSoon(one)
      ? ended(one, "normal", at)
      : one,
  );
  const isKnown = (expiry: Expiry): boolean =>
    anomalies.some((one) => isOpen(one) && one.kind === expiry.kind && one.subject === subjectOf(expiry));
  const begun = soon.filter((expiry) => !isKnown(expiry)).map((expiry) => begunBy(expiry, at));
  return { ...state, anomalies: keptOf([...begun, ...anomalies]) };
}

function begunBy(expiry: Expiry, at: string): Anomaly {
  const days = daysLeft(expiry.expiresAt, at);
  return begunAnomaly({
    kind: expiry.kind,
    subject: subjectOf(expiry),
    since: at,
    value: days,
    usual: null,
    limit: SOON_DAYS,
    sigmas: null,
    said: expiryText(expiry, at),
    severity: days <= GRAVE_DAYS ? "Sev2" : "Sev3",
  });
}
