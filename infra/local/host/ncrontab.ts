import { CronExpressionParser } from "cron-parser";

export interface Schedule {
  /** The first occurrence after `afterMs`, in UTC as Functions apps have it. */
  nextMs(afterMs: number): number;
  /** True when it may fire more than once a minute; the real host keeps no schedule status then. */
  readonly isSubMinute: boolean;
}

/** Resolves `%NAME%` from the settings and parses a six-field NCRONTAB expression. */
export function parseSchedule(expression: string, settings: Readonly<Record<string, string | undefined>>): Schedule {
  const setting = /^%(.+)%$/.exec(expression)?.[1];
  const resolved = setting === undefined ? expression : settings[setting];
  if (resolved === undefined)
    throw new Error(`The schedule ${expression} names the setting ${setting}, which is not set.`);
  if (resolved.trim().split(/\s+/).length !== 6) {
    throw new Error(`The schedule "${resolved}" must have six fields: second minute hour day month weekday.`);
  }
  const nextMs = (afterMs: number): number =>
    CronExpressionParser.parse(resolved, { currentDate: new Date(afterMs), tz: "UTC" })
      .next()
      .getTime();
  const first = nextMs(0);
  return { nextMs, isSubMinute: nextMs(first) - first < 60_000 };
}
