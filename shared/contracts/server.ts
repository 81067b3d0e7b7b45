import { z } from "zod";
import { Automation } from "./automation.ts";
import { Id, Instant } from "./primitives.ts";

/** How one role signs in. Passwords and URLs are named by a setting, never stored. */
const SignIn = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("entra"), user: z.string().min(1) }),
  z.strictObject({ kind: z.literal("password"), user: z.string().min(1), passwordSetting: z.string().min(1) }),
]);
export type SignIn = z.infer<typeof SignIn>;

/** Where a server is and as whom PgMedic comes: two roles, or one connection URL while a server is only being tried out. */
export const ServerConnection = z.discriminatedUnion("kind", [
  z
    .strictObject({
      kind: z.literal("roles"),
      host: z.string().min(1),
      port: z.number().int().min(1).max(65535).default(5432),
      database: z.string().min(1),
      tls: z.enum(["verify-full", "off"]).default("verify-full"),
      investigator: SignIn,
      executor: SignIn,
    })
    .refine(
      ({ tls, ...roles }) =>
        tls === "verify-full" || (roles.investigator.kind !== "entra" && roles.executor.kind !== "entra"),
      {
        path: ["tls"],
        message:
          "a role that signs in with an Entra token needs verify-full: the token is good at every server that knows the role",
      },
    ),
  z.strictObject({ kind: z.literal("url"), urlSetting: z.string().min(1) }),
]);
export type ServerConnection = z.infer<typeof ServerConnection>;

export const Environment = z.enum(["production", "staging", "development"]);
export const ServerTier = z.enum(["critical", "standard", "low"]);

/** Body of `PUT /api/servers/{id}`. */
export const ServerRegistration = z.strictObject({
  displayName: z.string().min(1).max(80),
  /** The Azure resource id that alerts name; compared without regard to case. */
  resourceId: z.string().startsWith("/"),
  /**
   * Labels by which alerts of Prometheus and Grafana name it, all of them together: where those that they have name an exporter and not the
   * server. Case does not count.
   */
  alertLabels: z
    .record(z.string().min(1).max(128), z.string().min(1).max(512))
    .refine((labels) => Object.keys(labels).length <= 10, "a registration has at most 10 labels")
    .optional(),
  /**
   * Services that depend on it: resource ids of Azure, or names such as the label `service` holds. What their alerts tell of may be this
   * server's doing. Case does not count.
   */
  dependents: z.array(z.string().min(1).max(512)).max(50).optional(),
  environment: Environment,
  tier: ServerTier.default("standard"),
  enabled: z.boolean(),
  vCores: z.number().positive().max(1024).default(1),
  /** Whether PgMedic may propose a larger size of the server, which two people then decide on. Otherwise it only recommends one. */
  mayScale: z.boolean().default(false),
  /** Whether PgMedic learns what is usual on the server, and opens incidents for what is not. */
  detection: z.boolean().default(true),
  /** Schemas that PgMedic may look at and act in. */
  schemas: z.array(z.string().min(1)).min(1).default(["public"]),
  connection: ServerConnection,
});
export type ServerRegistration = z.infer<typeof ServerRegistration>;

export const ServerLock = z.strictObject({
  runId: Id,
  incidentId: Id,
  fencingToken: z.number().int().positive(),
  leaseUntil: Instant,
});
export type ServerLock = z.infer<typeof ServerLock>;

export const Server = ServerRegistration.extend({
  serverId: Id,
  registeredAt: Instant,
  /** Absent while nobody has said anything. Set by a call of its own, so that registering a server again does not change how far PgMedic may go on it. */
  automation: Automation.optional(),
});
export type Server = z.infer<typeof Server>;

/** One answer of the live check: what holds, and the SQL that mends what does not. */
export const CheckItem = z.strictObject({
  id: z.string(),
  label: z.string(),
  holds: z.boolean(),
  observed: z.string(),
  remedySql: z.string().nullable(),
});
export type CheckItem = z.infer<typeof CheckItem>;
export const ServerCheck = z.strictObject({
  serverId: Id,
  checkedAt: Instant,
  reachable: z.boolean(),
  version: z.string().nullable(),
  items: z.array(CheckItem),
});
export type ServerCheck = z.infer<typeof ServerCheck>;
