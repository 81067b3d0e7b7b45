// The ports and settings of the local cloud, in one place: flags of `npm start` go over the environment.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { SHOP_ORDERS } from "./demo/shop.ts";

const port = (standard: number) =>
  z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(0, "must be 0 (a free port) or more")
    .max(65_535, "must be at most 65535")
    .default(standard);

/** Stricter than a URL need be: a sign of the password that is not escaped would else be taken for the host's or database's name. */
function isServerUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "") return false;
  return url.hash === "" && text.split("@").length <= 2 && /^\/?[^/]*$/.test(url.pathname);
}

const Environment = z.object({
  /** The dashboard. */
  PGMEDIC_FRONT_PORT: port(4280),
  PGMEDIC_HOST_PORT: port(7071),
  PGMEDIC_POSTGRES_PORT: port(54_320),
  PGMEDIC_COSMOS_PORT: port(8081),
  PGMEDIC_SERVICE_BUS_PORT: port(5672),
  PGMEDIC_BLOB_PORT: port(10_000),
  PGMEDIC_MONITOR_PORT: port(4282),
  PGMEDIC_WORKLOAD_PORT: port(4283),
  /** Where everything is kept between two starts. */
  PGMEDIC_STATE: z
    .string()
    .min(1)
    .default(".pgmedic")
    .transform((path) => resolve(path)),
  /** The built Functions app. */
  PGMEDIC_HOST_ENTRY: z
    .string()
    .min(1)
    .default("dist/functions/app.js")
    .transform((path) => resolve(path)),
  /** How long a minute of the alert rules lasts here. */
  PGMEDIC_MONITOR_MINUTE_MS: z.coerce.number().int().min(100).max(3_600_000).default(2_000),
  /** How long a message stays locked for the one who received it. */
  PGMEDIC_LOCK_MS: z.coerce.number().int().min(100).default(30_000),
  /** How many orders the demo's shop has when it is loaded. */
  PGMEDIC_SHOP_ORDERS: z.coerce.number().int().min(100_000).max(20_000_000).default(SHOP_ORDERS),
  /** A server of your own, in place of the demo. */
  PGMEDIC_OWN_SERVER_URL: z
    .string()
    .refine(
      isServerUrl,
      "must be a URL such as postgres://user:password@host:5432/database. Write signs like @ / # % in the password as " +
        "%40 %2F %23 %25, or leave the password out and set PGPASSWORD",
    )
    .optional(),
  /** Which of its schemas PgMedic may look at and act in. */
  PGMEDIC_OWN_SERVER_SCHEMAS: z
    .string()
    .default("public")
    .transform((text) => text.split(",").map((name) => name.trim()))
    .refine(
      (names) => names.every((name) => name !== ""),
      "must be names with commas between them, such as public,sales",
    ),
  /** Plays the demo's story after the start. */
  PGMEDIC_DEMO: z.stringbool("must be true or false").default(false),
});

export type LocalSettings = z.infer<typeof Environment>;

/** The setting behind each port; 0 there takes a free one. */
export const PORTS = {
  postgres: "PGMEDIC_POSTGRES_PORT",
  cosmos: "PGMEDIC_COSMOS_PORT",
  "service-bus": "PGMEDIC_SERVICE_BUS_PORT",
  blob: "PGMEDIC_BLOB_PORT",
  host: "PGMEDIC_HOST_PORT",
  "static-web": "PGMEDIC_FRONT_PORT",
  monitor: "PGMEDIC_MONITOR_PORT",
  workload: "PGMEDIC_WORKLOAD_PORT",
} as const satisfies Record<string, keyof LocalSettings>;
export type ServiceName = keyof typeof PORTS;

const USAGE = `npm start [-- --port <dashboard port>] [--demo | --server postgres://user@host/database [--schemas public,sales]]`;

type Settled = { ok: true; settings: LocalSettings } | { ok: false; problem: string };

/** Reads flags and environment; a problem is text for a person, with every wrong setting in it. */
export function readLocalSettings(flags: readonly string[], environment: NodeJS.ProcessEnv): Settled {
  let given: Record<string, string | undefined>;
  try {
    const { values } = parseArgs({
      args: [...flags],
      options: {
        port: { type: "string" },
        server: { type: "string" },
        schemas: { type: "string" },
        demo: { type: "boolean" },
      },
      strict: true,
    });
    given = {
      ...(values.port === undefined ? {} : { PGMEDIC_FRONT_PORT: values.port }),
      ...(values.server === undefined ? {} : { PGMEDIC_OWN_SERVER_URL: values.server }),
      ...(values.schemas === undefined ? {} : { PGMEDIC_OWN_SERVER_SCHEMAS: values.schemas }),
      ...(values.demo === undefined ? {} : { PGMEDIC_DEMO: "true" }),
    };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    // A URL that was given in the wrong place may hold a password.
    return { ok: false, problem: `${because.replaceAll(/:\/\/\S*@/g, "://…@")}\nusage: ${USAGE}` };
  }
  const set = Object.entries(environment).filter(([, value]) => value !== "");
  const parsed = Environment.safeParse({ ...Object.fromEntries(set), ...given });
  if (parsed.success && parsed.data.PGMEDIC_DEMO && parsed.data.PGMEDIC_OWN_SERVER_URL !== undefined) {
    return {
      ok: false,
      problem: "The demo hammers its own database, never a server of yours: leave out --demo or --server.",
    };
  }
  if (parsed.success) return { ok: true, settings: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  return { ok: false, problem: problems.join("\n") };
}
