import { z } from "zod";

/**
 * PgMedic's own sign of life, posted by its runner every hour to `POST /api/alerts?source=pgmedic`. It names no server and can open no
 * incident: the shape is closed, and whoever may post it may post nothing else.
 */
export const SignOfLife = z.strictObject({
  schemaId: z.literal("pgmedicSignOfLife"),
  /** The hour that it stands for, in UTC: `2026-11-20T09`. */
  hour: z.string().regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3])$/, "an hour is YYYY-MM-DDTHH, in UTC"),
});
export type SignOfLife = z.infer<typeof SignOfLife>;
