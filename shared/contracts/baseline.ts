import { z } from "zod";
import { Id, Instant } from "./primitives.ts";

/** What is measured every minute and has a baseline of its own. Closed: each has its rules in `shared/core/baseline-rules.ts`. */
export const BaselineMetric = z.enum([
  /** Mean time of a statement, ms, weighted by calls; PgMedic's own are left out. */
  "latency",
  /** Statements a second. */
  "traffic",
  /** Percent of the transactions that were rolled back. */
  "errors",
  /** Deadlocks a minute. */
  "deadlocks",
  /** Client connections, percent of max_connections. */
  "connections",
  /** Azure Monitor's `cpu_percent`, `memory_percent` and `storage_percent`. */
  "cpu",
  "memory",
  "storage",
]);
export type BaselineMetric = z.infer<typeof BaselineMetric>;

/** A statement that took much of a minute's time. */
export const HeavyStatement = z.strictObject({
  key: z.string(),
  calls: z.number(),
  meanMs: z.number(),
  /** Calls since the counters began. */
  allCalls: z.number(),
  /** Share of the statements' time, 0–1. */
  share: z.number(),
});
export type HeavyStatement = z.infer<typeof HeavyStatement>;

/** What one minute of a server came to. What cannot be known is null, never 0. */
export const Reading = z.strictObject({
  at: Instant,
  /** Two readings of one epoch have the same counters behind them: no restart, failover or reset in between. */
  epoch: z.string(),
  /** By metric. */
  values: z.record(z.string(), z.number().nullable()),
  heavy: z.array(HeavyStatement),
  maxConnections: z.number().nullable(),
});
export type Reading = z.infer<typeof Reading>;

/**
 * What is usual in one hour of the week: [the last hour that is in it, hours that it holds, readings that they hold, mean, sum of squared
 * deviations]. Hours count since 1970 in UTC; what is held fades by half in four weeks. A tuple, since there are 168 of them.
 */
export const Bucket = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]);
export type Bucket = z.infer<typeof Bucket>;

/** Document: the rolling baseline of one metric of one server, 7 to 10 KB. */
export const Baseline = z.strictObject({
  serverId: Id,
  metric: BaselineMetric,
  /** By hour of the week, from Sunday 00:00 UTC; null before the first reading of that hour. */
  buckets: z.array(Bucket.nullable()).length(168),
  /** The last hour that was taken in, and how many have been since the first. */
  lastHour: z.number().nullable(),
  firstHour: z.number().nullable(),
  hours: z.number(),
  /** Means of the last hours: [hour, value]. Kept of storage alone, whose trend counts. */
  trend: z.array(z.tuple([z.number(), z.number()])).default([]),
  /** The anomaly whose level was taken as the new normal last: a repeated step does it once. */
  adopted: z.string().nullable().default(null),
});
export type Baseline = z.infer<typeof Baseline>;

/** What may deviate. Each is told as an alert of its own and leads to a playbook. */
export const AnomalyKind = z.enum([
  "latency",
  "traffic_rise",
  "traffic_fall",
  "errors",
  "deadlocks",
  "connections",
  "cpu",
  "memory",
  "storage",
  "deployment",
  "certificate",
  "credential",
]);
export type AnomalyKind = z.infer<typeof AnomalyKind>;

/** Against what a reading was held. */
export const UsualLevel = z.enum(["hourOfWeek", "hourOfDay", "whole"]);
export type UsualLevel = z.infer<typeof UsualLevel>;

export const Anomaly = z.strictObject({
  kind: AnomalyKind,
  /** A statement, a role or a certificate; empty for what is about the server as a whole. */
  subject: z.string().default(""),
  since: Instant,
  /** What it was when it was noticed, what it usually is, and where the limit was; in the metric's unit. */
  value: z.number(),
  usual: z.number().nullable(),
  limit: z.number().nullable(),
  sigmas: z.number().nullable(),
  /** The whole in a sentence, without the server's name. */
  said: z.string(),
  severity: z.enum(["Sev2", "Sev3"]),
  /** What its readings were off the usual, on the metric's scale: what a lasting new normal is learnt from. */
  offset: z.strictObject({ count: z.number(), mean: z.number() }).default({ count: 0, mean: 0 }),
  endedAt: Instant.nullable().default(null),
  /** It came back to normal, or it lasted so long that it counts as normal, or nobody can see it any more. */
  ending: z.enum(["normal", "adopted", "lapsed"]).nullable().default(null),
  /** What of it has been told: an alert is told once when it begins and once when it is over. */
  told: z.enum(["nothing", "fired", "all"]).default("nothing"),
  incidentId: Id.nullable().default(null),
});
export type Anomaly = z.infer<typeof Anomaly>;

/** Count, mean and sum of squared deviations of the readings of one hour. */
export const HourMoments = z.strictObject({ count: z.number(), mean: z.number(), m2: z.number() });
export type HourMoments = z.infer<typeof HourMoments>;

/** What is remembered of a statement: [key, log(1 + usual ms), minutes seen, moment seen last]. */
export const KnownStatement = z.tuple([z.string(), z.number(), z.number(), z.number()]);
export type KnownStatement = z.infer<typeof KnownStatement>;

/** Document: where the detection on one server stands, 2 to 6 KB, written once a minute. */
export const Detection = z.strictObject({
  serverId: Id,
  /** The moment of the last reading; one that is not newer counts as the same once more. */
  lastAt: Instant.nullable(),
  epoch: z.string().nullable(),
  /** When this epoch was first seen: what is new since a reset is not new. */
  epochAt: Instant.nullable(),
  /** After a restart, a reset or a gap nothing is judged or learnt until then: caches are cold, and queues are worked off. */
  quietUntil: Instant.nullable(),
  /** The hour that is being gathered, and what it came to so far. It goes into the baselines when the next hour begins. */
  hour: z.number().nullable(),
  running: z.record(z.string(), HourMoments),
  /** The last readings of each kind, the newest last: h for a hit, c for calm, b for between, - for unknown. */
  recent: z.record(z.string(), z.string()),
  /** Statements by `userid/queryid`, the latest first. */
  statements: z.array(KnownStatement).default([]),
  /** Statements that were new or slower lately: in how many minutes more than not. */
  suspects: z.array(z.strictObject({ key: z.string(), hits: z.number() })).default([]),
  /** Where storage is going: percent now, points a day, days to the limit; null while it is not known. */
  projection: z
    .strictObject({ percent: z.number(), perDay: z.number(), limit: z.number(), days: z.number().nullable() })
    .nullable()
    .default(null),
  latest: Reading.nullable().default(null),
  /** Those that go on, and the last ones that are over, the newest first. */
  anomalies: z.array(Anomaly),
});
export type Detection = z.infer<typeof Detection>;

/** Something with a date after which it is refused. */
export const Expiry = z.strictObject({
  kind: z.enum(["certificate", "credential"]),
  subject: z.string(),
  expiresAt: Instant,
});
export type Expiry = z.infer<typeof Expiry>;

/** One metric as it is now, against what is usual in this hour. Values are in the metric's unit. */
const MetricNow = z.strictObject({
  metric: BaselineMetric,
  unit: z.string(),
  value: z.number().nullable(),
  usual: z.number().nullable(),
  /** Above this it would count as a deviation; null while the metric is being learnt. */
  limit: z.number().nullable(),
  /** Standard deviations from the usual. */
  sigmas: z.number().nullable(),
  level: UsualLevel.nullable(),
  hours: z.number(),
  /** What is usual in each hour of this day (UTC); null where nothing is known. */
  day: z.array(z.number().nullable()),
});
export type MetricNow = z.infer<typeof MetricNow>;

/** Answer of `GET /api/servers/{serverId}/baselines`. */
export const BaselinesView = z.strictObject({
  serverId: Id,
  /** Nothing that needs a baseline is detected while `learning`; `quiet` is for a while after a restart, a reset or a gap. */
  state: z.enum(["off", "learning", "quiet", "watching"]),
  /** When the last minute was taken in. */
  readAt: Instant.nullable(),
  /** Hours that were learnt from, and how many it takes. */
  hours: z.number(),
  hoursNeeded: z.number(),
  metrics: z.array(MetricNow),
  projection: Detection.shape.projection,
  /** Those that go on, and the last ones that are over. */
  anomalies: z.array(
    Anomaly.pick({ kind: true, subject: true, since: true, said: true, endedAt: true, ending: true, incidentId: true }),
  ),
});
export type BaselinesView = z.infer<typeof BaselinesView>;
