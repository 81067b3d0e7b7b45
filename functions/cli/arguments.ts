import { parseArgs, type ParseArgsConfig } from "node:util";
import { z } from "zod";
import { AUDIT_OPTIONS, AUDIT_USAGE, AuditArguments } from "./audit.ts";
import { NOTIFY_OPTIONS, NOTIFY_USAGE, NotifyArguments } from "./notify.ts";
import { ONBOARD_OPTIONS, ONBOARD_USAGE, OnboardArguments } from "./onboard.ts";

const UNITS = { MB: 2 ** 20, GB: 2 ** 30 } as const;
const Size = z
  .string()
  .regex(/^\d+(\.\d+)?(MB|GB)$/, "a size is written 500MB or 2GB")
  .transform((text) => Number.parseFloat(text) * (text.endsWith("GB") ? UNITS.GB : UNITS.MB));

const onServer = {
  server: z.string().regex(/^postgres(ql)?:\/\//, "give --server postgres://user@host/database"),
  schema: z.array(z.string().min(1)).default(["public"]),
  json: z.boolean().default(false),
};
const CheckArguments = z.strictObject(onServer);
export type CheckArguments = z.infer<typeof CheckArguments>;

const AdviseArguments = z
  .strictObject({
    ...onServer,
    queries: z.string().optional(),
    check: z.string().optional(),
    budget: Size.default(UNITS.GB),
    most: z.coerce.number().int().min(1).max(50).default(20),
    "insert-slowdown": z.coerce.number().min(1).max(100).optional(),
  })
  .refine(({ queries, check }) => queries === undefined || check === undefined, {
    message: "give --queries or --check, not both",
    path: ["check"],
  });
export type AdviseArguments = z.infer<typeof AdviseArguments>;

const ReportArguments = z.strictObject(onServer);
export type ReportArguments = z.infer<typeof ReportArguments>;

const DiagnoseArguments = z.strictObject({ ...onServer, playbook: z.string().optional() });
export type DiagnoseArguments = z.infer<typeof DiagnoseArguments>;

const McpArguments = z.strictObject({
  server: onServer.server,
  schema: onServer.schema,
  // Standard input is the protocol's.
  log: z.array(z.string().refine((file) => file !== "-", "name a file")).default([]),
});
export type McpArguments = z.infer<typeof McpArguments>;

const LogsArguments = z.strictObject({
  files: z.array(z.string()).min(1, "give the files to read; - is standard input"),
  prefix: z.string().optional(),
  top: z.coerce.number().int().min(1).max(1_000).default(20),
  json: z.boolean().default(false),
});

const serverOptions = {
  server: { type: "string" },
  schema: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

/** What each command may be given, and how its command line is read. */
export const SYNTAX = {
  check: { schema: CheckArguments, options: serverOptions },
  advise: {
    schema: AdviseArguments,
    options: {
      ...serverOptions,
      queries: { type: "string" },
      check: { type: "string" },
      budget: { type: "string" },
      most: { type: "string" },
      "insert-slowdown": { type: "string" },
    },
  },
  report: { schema: ReportArguments, options: serverOptions },
  diagnose: { schema: DiagnoseArguments, options: { ...serverOptions, playbook: { type: "string" } } },
  mcp: {
    schema: McpArguments,
    options: {
      server: serverOptions.server,
      schema: serverOptions.schema,
      log: { type: "string", multiple: true },
    },
  },
  logs: {
    schema: LogsArguments,
    options: { prefix: { type: "string" }, top: { type: "string" }, json: { type: "boolean" } },
  },
  audit: { schema: AuditArguments, options: AUDIT_OPTIONS },
  notify: { schema: NotifyArguments, options: NOTIFY_OPTIONS },
  onboard: { schema: OnboardArguments, options: ONBOARD_OPTIONS },
} as const satisfies Record<string, { schema: z.ZodType; options: ParseArgsConfig["options"] }>;

export const USAGE = `pgmedic check  --server postgres://user@host/database [--schema name]… [--json]
    what PgMedic would need on a server, and the SQL that mends what is missing

pgmedic advise --server URL [--schema name]… [--queries file.sql] [--budget 1GB] [--most 20] [--insert-slowdown 3] [--json]
    the indexes that its workload (pg_stat_statements), or the queries of a file, would gain from; changes nothing

pgmedic advise --server URL --check file.sql [--json]
    for CI: exit code 1 when one of the queries reads a large table from end to end that an index would spare it

pgmedic report --server URL [--schema name]… [--json]
    what PgMedic would have proposed so far, what it would have refused, and why; changes nothing

pgmedic diagnose --server URL [--schema name]… [--playbook generalMonitoring] [--json]
    what is wrong with a server right now, with the evidence, and what PgMedic would propose; changes nothing

pgmedic mcp --server URL [--schema name]… [--log FILE]…
    serves all of this to an agent as MCP tools over standard input and output; nothing in it can change the server

pgmedic logs FILE… [--prefix '%m [%p] '] [--top 20] [--json]
    what PostgreSQL's logs come to, the worst first

${ONBOARD_USAGE}

${NOTIFY_USAGE}

${AUDIT_USAGE}`;

type Read<T> = { ok: true; given: T } | { ok: false; problem: string };

/** Reads the rest of a command line by a command's syntax; a problem is a text for a person. */
export function readArguments<T>(
  { schema, options }: { schema: z.ZodType<T>; options: NonNullable<ParseArgsConfig["options"]> },
  argv: readonly string[],
): Read<T> {
  try {
    const takesFiles = !("server" in options);
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: takesFiles });
    const parsed = schema.safeParse(takesFiles ? { ...values, files: positionals } : { ...values });
    if (parsed.success) return { ok: true, given: parsed.data };
    return {
      ok: false,
      problem: parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("\n"),
    };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
