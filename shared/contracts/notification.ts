import { z } from "zod";
import { Id, Instant, Severity } from "./primitives.ts";
import { Thread } from "./slack.ts";

/**
 * Why people are told something. `dismissed` is the end of an incident that needs nobody: only what pages people hears it, and who posted the
 * alert. `seen` and `unnamed` are told in an alert's own thread alone: that PgMedic looks at it, or that it leads to no server.
 */
export const Occasion = z.enum([
  "seen",
  "unnamed",
  "waits",
  "reminder",
  "secondPerson",
  "resolvedByConsent",
  "resolvedAutonomously",
  "rolledBack",
  "failed",
  "handedOff",
  "expired",
  "dismissed",
]);
export type Occasion = z.infer<typeof Occasion>;

export const ChannelName = z.enum(["slack", "slackThread", "teams", "pagerDuty", "webhook"]);
export type ChannelName = z.infer<typeof ChannelName>;

/**
 * What people are told, in plain words. Every text but the headline may hold words of alerts and of the watched database: each channel
 * escapes them for its own format. `link` is the incident in the dashboard; null where no address of it is set.
 */
export const Notification = z.strictObject({
  notificationId: Id,
  incidentId: Id,
  occasion: Occasion,
  severity: Severity,
  headline: z.string(),
  server: z.string(),
  trigger: z.string().nullable(),
  rootCause: z.string().nullable(),
  /** How certain the diagnosis is, in words; null without one. */
  confidence: z.string().nullable().default(null),
  statement: z.string().nullable(),
  undo: z.string().nullable(),
  outcome: z.string().nullable(),
  figures: z.array(z.strictObject({ what: z.string(), before: z.string(), after: z.string() })),
  recommendations: z.array(z.string()),
  link: z.url().nullable(),
  at: Instant,
});
export type Notification = z.infer<typeof Notification>;

/**
 * One notification on its way to one channel. `overtaken`: the incident went on before it could be told. `nextTryAt` is also how long
 * whoever tries it right now keeps others from trying.
 */
export const Telling = z.strictObject({
  tellingId: Id,
  channel: ChannelName,
  /** The thread that is answered, of the channel that answers in threads. */
  thread: Thread.nullable().default(null),
  notification: Notification,
  state: z.enum(["due", "told", "refused", "overtaken"]),
  tries: z.number().int().nonnegative(),
  nextTryAt: Instant,
  /** Why it was not told the last time. */
  because: z.string().nullable(),
});
export type Telling = z.infer<typeof Telling>;

/** What a service made of a notification. `later`: it was away or asks for patience, and `waitMs` is for how long, where it says so. */
export type Told =
  | { outcome: "told" }
  | { outcome: "refused"; because: string }
  | { outcome: "later"; because: string; waitMs: number | null };
