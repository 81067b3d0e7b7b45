// One check of one rule against the history.
import { randomUUID } from "node:crypto";
import { afterCheck, type FiredAlert } from "./alert-state.ts";
import { aggregate, type History } from "./history.ts";
import { alertIdOf, type AlertPayload, originAlertIdOf, payloadOf, type Target } from "./payload.ts";
import { type AlertRule, isViolated, minutesOf } from "./rules.ts";

type Look = { rule: AlertRule; now: number; minuteMs: number; history: History };
type RuleCheck = Look & { target: Target; fired: FiredAlert | undefined };

/** `alert` is what the rule has fired after the check; a payload is there when the check fired or resolved it. */
export type Checked =
  | { alert: FiredAlert | undefined; payload: undefined }
  | { alert: FiredAlert | undefined; payload: AlertPayload; summary: string };

/** Checks the rule; undefined while there are no figures for it. */
export function checkRule({ target, fired, ...look }: RuleCheck): Checked | undefined {
  const { rule, now } = look;
  const found = valueOf(look);
  if (found === undefined) return undefined;
  const at = new Date(now).toISOString();
  const step = afterCheck(fired, {
    isViolated: isViolated(rule, found.value, found.threshold),
    at,
    newIds: () => ({
      alertId: alertIdOf(target, randomUUID()),
      originAlertId: originAlertIdOf(target, rule, randomUUID()),
    }),
  });
  if (step.event === "none") return { alert: step.alert, payload: undefined };
  const isFired = step.event === "fired";
  return {
    alert: isFired ? step.alert : undefined,
    payload: payloadOf({ rule, target, alert: step.alert, ...found, ...(isFired ? {} : { resolvedAt: at }) }),
    summary: `${rule.name} ${step.event}: ${rule.metricName} ${found.value.toFixed(1)}, threshold ${found.threshold}`,
  };
}

/** The rule's figure over its window and the threshold it is held against; undefined while either is unknown. */
export function valueOf({ rule, now, minuteMs, history }: Look): { value: number; threshold: number } | undefined {
  const from = now - minutesOf(rule.windowSize) * minuteMs;
  const value = aggregate(history.values(rule.metricName, from, now + 1), rule.timeAggregation);
  const share = rule.thresholdPercentOf;
  const whole = share === undefined ? undefined : history.latest(share.metricName);
  const threshold =
    share !== undefined && whole !== undefined ? Math.floor((whole * share.percent) / 100) : rule.threshold;
  return value === undefined || threshold === undefined ? undefined : { value, threshold };
}
