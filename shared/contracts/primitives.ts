import { z } from "zod";

/** An id that the server generated. The Durable client puts ids into URLs unescaped, so nothing else may pass. */
export const Id = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "an id has 1–40 letters, digits, hyphens or underscores");

/** A SHA-256 digest in lower-case hexadecimal. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** A moment: ISO 8601 in UTC, for example `2026-11-20T09:30:00.000Z`. */
export const Instant = z.iso.datetime();

/** A time of day in UTC: `HH:MM`. */
export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day is HH:MM");

/** A share from 0 to 1. */
export const Share = z.number().min(0).max(1);

/** A PostgreSQL identifier as the catalog holds it: up to 63 bytes, unquoted. */
export const PgName = z.string().min(1).max(63);

/** An object identifier of PostgreSQL. */
export const Oid = z.number().int().positive();

/** Azure Monitor's severities: Sev0 is critical, Sev4 verbose. */
export const Severity = z.enum(["Sev0", "Sev1", "Sev2", "Sev3", "Sev4"]);
export type Severity = z.infer<typeof Severity>;

/** Who did something: a signed-in person, a standing instruction, or PgMedic by its own rules. */
export const Actor = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("person"), userId: z.string(), name: z.string() }),
  z.strictObject({ kind: z.literal("instruction"), instructionId: Id }),
  z.strictObject({ kind: z.literal("pgmedic") }),
]);
export type Actor = z.infer<typeof Actor>;
