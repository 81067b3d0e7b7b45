import { z } from "zod";
import { Id, Instant, Severity } from "./primitives.ts";

/** Who may tell of an alert. */
export const AlertSource = z.enum(["azure", "prometheus", "grafana", "slack", "pgmedic"]);
export type AlertSource = z.infer<typeof AlertSource>;

/**
 * What names the server: Azure resource ids, of which the first registered one counts; labels that must lead to exactly one; a text, whose labels
 * and words together must lead to exactly one; or its id, by which only PgMedic's own detector knows it.
 */
export const AlertTarget = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("resourceIds"), resourceIds: z.array(z.string()) }),
  z.strictObject({ by: z.literal("labels"), labels: z.record(z.string(), z.string()) }),
  z.strictObject({
    by: z.literal("text"),
    labels: z.record(z.string(), z.string()),
    /** In small letters. */
    words: z.array(z.string()),
  }),
  z.strictObject({ by: z.literal("server"), serverId: Id }),
]);
export type AlertTarget = z.infer<typeof AlertTarget>;

/** One alert as PgMedic understands it, whoever told of it. */
export const ReceivedAlert = z.strictObject({
  source: AlertSource,
  /** What an incident knows the alert by. */
  alertId: z.string().min(1),
  /** The parts that its receipts' ids are made of, the same however often and by which way the alert is told of. */
  identity: z.array(z.string()).min(1),
  condition: z.enum(["Fired", "Resolved"]),
  rule: z.string().min(1),
  /** What it complains about in a sentence, where its source says so. */
  said: z.string().min(1).optional(),
  /** A metric of Azure Monitor, with value and threshold in its unit; null where the alert does not say for certain. */
  metric: z.string().nullable(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  severity: Severity,
  firedAt: Instant,
  resolvedAt: Instant.nullable(),
  target: AlertTarget,
  /** As it came. */
  payload: z.unknown(),
});
export type ReceivedAlert = z.infer<typeof ReceivedAlert>;
