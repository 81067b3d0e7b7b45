import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Severity } from "../shared/contracts/primitives.ts";
import { SlackChannel } from "../shared/contracts/slack.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const isLoopback = (url: string): boolean => LOOPBACK.has(new URL(url).hostname);
/** Application ids with commas between; none for an empty text. */
const applicationIds = z
  .string()
  .default("")
  .transform((text) => text.split(",").flatMap((id) => id.trim() || []))
  .pipe(z.array(z.guid().toLowerCase()));

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
  /**
   * Where metrics are asked for, with `{region}` in place of a server's region, or the local monitor. Without it there are no CPU
   * figures. The region is asked of RESOURCE_MANAGER_ENDPOINT.
   */
  METRICS_ENDPOINT: z.url().optional(),
  /** Log Analytics, where the watched servers' logs are asked for, and what its tokens are for. Without it they are not read. */
  LOGS_ENDPOINT: z.url().optional(),
  /** Azure Resource Manager, through which server parameters are set and undelivered alerts are found. Without it neither is done. */
  RESOURCE_MANAGER_ENDPOINT: z.url().optional(),
  /** The Blob Storage endpoint of the audit archive, to which the app's identity signs in. Without it nothing is archived. */
  ARCHIVE_ENDPOINT: z.url().optional(),
  /** A connection string in its place, only for a local endpoint. */
  ARCHIVE_CONNECTION_STRING: z.string().min(1).optional(),
  /** The Static Web App's default host name: the API believes what App Service's authentication lets through from there. */
  PGMEDIC_FRONT_HOST: z.string().min(1).optional(),
  /** Only for the local front: the secret by which it proves that it vouches for the principal header. */
  PGMEDIC_FRONT_PROOF: z.string().min(16).optional(),
  /**
   * Who may post alerts: the application that the secure webhook's tokens are for, by its application id URI and its client id, and its
   * tenant. Needed wherever the endpoint is public.
   */
  INGEST_AUDIENCE: z.string().min(1).optional(),
  INGEST_CLIENT_ID: z.guid().optional(),
  INGEST_TENANT_ID: z.string().min(1).optional(),
  INGEST_AUTHORITY_HOST: z.url().default("https://login.microsoftonline.com"),
  /** Azure Monitor's own application, "AzNS AAD Webhook", and the role that it must hold. */
  INGEST_CALLER_APP_ID: z.string().default("461e8683-5575-4561-ac7f-899cc907d62a"),
  INGEST_CALLER_ROLE: z.string().default("ActionGroupsSecureWebhook"),
  /** The applications that may post as Alertmanager and as Grafana, and the role that each must hold besides. By default nobody may. */
  INGEST_PROMETHEUS_APP_IDS: applicationIds,
  INGEST_GRAFANA_APP_IDS: applicationIds,
  INGEST_SOURCE_ROLE: z.string().min(1).default("PgMedicAlertSource"),
  /** The application id of the runner's identity: it may post signs of life, and nothing else. */
  INGEST_SIGN_OF_LIFE_APP_ID: z.guid().optional(),
  /**
   * Who may use the MCP tools over HTTP: the application that their tokens are for, by its client id, and its tenant. Its app roles are called as
   * the dashboard's. Without it there are no such tools.
   */
  MCP_CLIENT_ID: z.guid().optional(),
  MCP_TENANT_ID: z.string().min(1).optional(),
  MCP_AUTHORITY_HOST: z.url().default("https://login.microsoftonline.com"),
  /**
   * A model that gives a second opinion on each diagnosis: where it answers (OpenAI's chat completions, such as Azure OpenAI's `…/openai/v1`),
   * and its name or deployment. Without either nobody is asked.
   */
  PGMEDIC_MODEL_ENDPOINT: z
    .url()
    .refine((url) => new URL(url).protocol === "https:" || isLoopback(url), "a model is asked over https")
    .optional(),
  PGMEDIC_MODEL: z.string().min(1).optional(),
  /** Only on one machine; in Azure the app's identity signs in. */
  PGMEDIC_MODEL_KEY: z.string().min(1).optional(),
  /** The public address of `POST /api/alerts`, where the runner gives its hourly sign of life. Without it there is none. */
  PGMEDIC_SIGN_OF_LIFE_URL: z.url().optional(),
  /** Where PgMedic's own spans, figures and log lines go. Without it they go nowhere. */
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().min(1).optional(),
  /** Set by Azure: the app's own host name, and whether App Service's authentication stands before it. */
  WEBSITE_HOSTNAME: z.string().optional(),
  WEBSITE_AUTH_ENABLED: z.string().optional(),
  /** The managed identities that sign in to PostgreSQL: the one that looks, and the one that acts. */
  PGMEDIC_INVESTIGATOR_CLIENT_ID: z.guid().optional(),
  PGMEDIC_EXECUTOR_CLIENT_ID: z.guid().optional(),
  /** The domain of Azure's PostgreSQL servers; another one in national clouds. The roles' tokens go nowhere else. */
  PGMEDIC_POSTGRES_DOMAIN: z.string().min(1).default("postgres.database.azure.com"),
  /** The settings that a server's registration may name as a password or a URL, with commas between; on one machine any. */
  PGMEDIC_SECRET_SETTINGS: z.string().min(1).optional(),
  /** `on` stops every action at once, whatever the documents say. */
  PGMEDIC_KILL_SWITCH: z.enum(["on", "off"]).default("off"),
  /** A folder with playbooks of your own; one with the name of a known one takes its place. */
  PGMEDIC_PLAYBOOKS: z.string().min(1).optional(),
  /** Where the planner clone keeps its files. */
  PGMEDIC_CLONE_FOLDER: z.string().default(join(tmpdir(), "pgmedic-clone")),
  /** First window of the verification; each further one is twice as long. */
  PGMEDIC_VERIFY_SECONDS: seconds(300),
  PGMEDIC_VERIFY_WINDOWS: z.coerce.number().int().min(1).max(12).default(5),
  /** When an inconclusive result is looked at again. */
  PGMEDIC_FOLLOW_UP_SECONDS: seconds(86_400),
  PGMEDIC_PROPOSAL_EXPIRY_SECONDS: seconds(3 * 86_400),
  /** The address of the dashboard, for links in what people are told. */
  PGMEDIC_DASHBOARD_URL: z.url().optional(),
  /**
   * Where people are told, each a secret: an incoming webhook of Slack, a workflow's webhook of Teams, the integration key of a PagerDuty
   * service, an address of one's own with the secret that signs what it gets. A wrong one is said when it is used: it stops no run.
   */
  PGMEDIC_NOTIFY_SLACK_URL: z.string().min(1).optional(),
  PGMEDIC_NOTIFY_TEAMS_URL: z.string().min(1).optional(),
  PGMEDIC_NOTIFY_PAGERDUTY_KEY: z.string().min(1).optional(),
  PGMEDIC_NOTIFY_WEBHOOK_URL: z.string().min(1).optional(),
  PGMEDIC_NOTIFY_WEBHOOK_SECRET: z.string().min(1).optional(),
  /**
   * Slack's channels that are read for alerts, by their ids with commas between, and the token of the bot that reads them and answers in the
   * alerts' threads. Without either none is read.
   */
  PGMEDIC_SLACK_CHANNELS: z
    .string()
    .transform((text) => text.split(",").flatMap((name) => name.trim() || []))
    .pipe(z.array(SlackChannel).max(20, "at most 20 channels are read"))
    .default([]),
  PGMEDIC_SLACK_TOKEN: z.string().min(1).optional(),
  /** Slack's Web API; GovSlack has https://slack-gov.com/api. */
  PGMEDIC_SLACK_ENDPOINT: z.url().default("https://slack.com/api"),
  /** PagerDuty's Events API; accounts in the EU have https://events.eu.pagerduty.com/v2/enqueue. */
  PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: z.url().default("https://events.pagerduty.com/v2/enqueue"),
  /** The least grave severity that is told, and the least grave one that pages people through PagerDuty. */
  PGMEDIC_NOTIFY_LOWEST: Severity.default("Sev3"),
  PGMEDIC_NOTIFY_PAGE_LOWEST: Severity.default("Sev1"),
});
export type Settings = z.infer<typeof Settings>;

/**
 * Where the documents are on this machine, so is everything, and the endpoints are bound to loopback. No variable of the platform says so
 * reliably: those of one plan are not there on another.
 */
export const isOnThisMachine = ({ COSMOS_ENDPOINT }: Pick<Settings, "COSMOS_ENDPOINT">): boolean =>
  isLoopback(COSMOS_ENDPOINT);

/** Anywhere else the endpoints are public, and must know who calls. */
const Checked = Settings.superRefine((settings, issues) => {
  const need = (name: keyof Settings, why: string): void => {
    if (settings[name] === undefined) issues.addIssue({ code: "custom", path: [name], message: why });
  };
  if (settings.MCP_CLIENT_ID !== undefined)
    need("MCP_TENANT_ID", "set it to the tenant of the application MCP_CLIENT_ID");
  if (isOnThisMachine(settings)) return;
  if (settings.PGMEDIC_APP === "ingest" || settings.PGMEDIC_APP === "all") {
    need("INGEST_AUDIENCE", "set it to the application id URI that the action group asks tokens for");
    need("INGEST_CLIENT_ID", "set it to the client id of the application that has this URI");
    need("INGEST_TENANT_ID", "set it to the tenant whose tokens are taken");
  }
  if (settings.PGMEDIC_APP === "api" || settings.PGMEDIC_APP === "all") {
    need("PGMEDIC_FRONT_HOST", "set it to the default host name of the Static Web App");
  }
});

/** Reads the settings once; the message names every one that is missing or wrong. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const parsed = Checked.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`PgMedic cannot start, correct these app settings:\n  ${problems.join("\n  ")}`);
}
