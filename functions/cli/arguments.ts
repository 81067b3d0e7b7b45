import { parseArgs } from "node:util";
import { z } from "zod";

const UNITS = { MB: 2 ** 20, GB: 2 ** 30 } as const;
const Size = z
  .string()
  .regex(/^\d+(\.\d+)?(MB|GB)$/, "a size is written 500MB or 2GB")
  .transform((text) => Number.parseFloat(text) * (text.endsWith("GB") ? UNITS.GB : UNITS.MB));

const Arguments = z.object({
  server: z.string().regex(/^postgres(ql)?:\/\//, "give --server postgres://user@host/database"),
  schema: z.array(z.string().min(1)).default(["public"]),
  queries: z.string().optional(),
  budget: Size.default(UNITS.GB),
  most: z.coerce.number().int().min(1).max(50).default(10),
  json: z.boolean().default(false),
});
export type Arguments = z.infer<typeof Arguments>;

export const USAGE = `pgmedic check  --server postgres://user@host/database [--schema name]… [--json]
    what PgMedic would need on a server, and the SQL that mends what is missing

pgmedic advise --server postgres://user@host/database [--schema name]… [--queries file.sql] [--budget 1GB] [--most 10] [--json]
    the indexes that its workload (pg_stat_statements), or the queries of a file, would gain from; changes nothing`;

/** Reads the command line; a problem is a text for a person. */
export function readArguments(
  argv: readonly string[],
): { ok: true; command: string; given: Arguments } | { ok: false; problem: string } {
  const [command = "", ...rest] = argv;
  try {
    const { values } = parseArgs({
      args: rest,
      options: {
        server: { type: "string" },
        schema: { type: "string", multiple: true },
        queries: { type: "string" },
        budget: { type: "string" },
        most: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const parsed = Arguments.safeParse(values);
    if (parsed.success) return { ok: true, command, given: parsed.data };
    return {
      ok: false,
      problem: parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`).join("\n"),
    };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
