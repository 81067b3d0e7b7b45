import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const seconds = (fallback: number) => z.coerce.number().positive().default(fallback);

/** Every setting that the code reads, with its meaning. */
export const Settings = z.object({
  /** Which trust zone this app is; `all` is one app for a small installation. */
  PGMEDIC_APP: z.enum(["ingest", "api", "runner", "all"]).default("all"),
  COSMOS_ENDPOINT: z.url(),
  /** Only for a local endpoint; in Azure the app's identity signs in. */
  COSMOS_KEY: z.string().min(1).optional(),
  COSMOS_DATABASE: z.string().min(1).default("pgmedic"),
  /** A connection string, only for a local broker. */
  ServiceBus: z.string().min(1).optional(),
  ServiceBus__fullyQualifiedNamespace: z.string().min(1).optional(),
  /** Where metrics are asked for: Azure Resource Manager, or the local monitor. Without it there are no CPU figures. */
  METRICS_ENDPOINT: z.url().optional(),
  /** The secret by which the front in front of the API proves that it vouches for the principal header. */
  PGMEDIC_FRONT_PROOF: z.string().min(16).optional(),
  /** `on` stops every action at once, whatever the documents say. */
  PGMEDIC_KILL_SWITCH: z.enum(["on", "off"]).default("off"),
  /** Where the planner clone keeps its files. */
  PGMEDIC_CLONE_FOLDER: z.string().default(join(tmpdir(), "pgmedic-clone")),
  /** First window of the verification; each further one is twice as long. */
  PGMEDIC_VERIFY_SECONDS: seconds(300),
  PGMEDIC_VERIFY_WINDOWS: z.coerce.number().int().min(1).max(12).default(5),
  /** When an inconclusive result is looked at again. */
  PGMEDIC_FOLLOW_UP_SECONDS: seconds(86_400),
  PGMEDIC_PROPOSAL_EXPIRY_SECONDS: seconds(3 * 86_400),
});
export type Settings = z.infer<typeof Settings>;

/** Reads the settings once; the message names every one that is missing or wrong. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const parsed = Settings.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`PgMedic cannot start, correct these app settings:\n  ${problems.join("\n  ")}`);
}
