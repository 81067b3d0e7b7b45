import { advise } from "./advise.ts";
import { readArguments, SYNTAX, USAGE } from "./arguments.ts";
import { audit, AUDIT_USAGE } from "./audit.ts";
import { check } from "./check.ts";
import { diagnose } from "./diagnose.ts";
import { logs } from "./logs.ts";
import { mcp } from "./mcp.ts";
import { notify } from "./notify.ts";
import { onboard } from "./onboard.ts";
import type { Outcome } from "./outcome.ts";
import { report } from "./report.ts";

type Argv = readonly string[];

/** A command with its own syntax. */
function command<T>(
  syntax: Parameters<typeof readArguments<T>>[0],
  work: (given: T) => Promise<Outcome>,
  usage = USAGE,
): (argv: Argv) => Promise<Outcome> {
  return async (argv) => {
    if (argv.includes("--help")) return { text: usage, exitCode: 0 };
    const read = readArguments(syntax, argv);
    return read.ok ? work(read.given) : { text: `${read.problem}\n\n${usage}`, exitCode: 2 };
  };
}

const COMMANDS: Readonly<Record<string, (argv: Argv) => Promise<Outcome>>> = {
  check: command(SYNTAX.check, check),
  advise: command(SYNTAX.advise, advise),
  report: command(SYNTAX.report, report),
  diagnose: command(SYNTAX.diagnose, diagnose),
  mcp: command(SYNTAX.mcp, mcp),
  audit: command(SYNTAX.audit, audit, AUDIT_USAGE),
  notify: command(SYNTAX.notify, notify),
  onboard: command(SYNTAX.onboard, onboard),
  logs: command(SYNTAX.logs, ({ prefix, ...given }) => logs(prefix === undefined ? given : { ...given, prefix })),
};

/** Carries out one command line of `pgmedic`. Whatever goes wrong is one line for a person and exit code 2. */
async function run([name = "", ...argv]: Argv): Promise<Outcome> {
  const work = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (work === undefined) return { text: USAGE, exitCode: name === "" || name === "--help" ? 0 : 2 };
  try {
    return await work(argv);
  } catch (error) {
    return { text: `pgmedic ${name}: ${error instanceof Error ? error.message : String(error)}`, exitCode: 2 };
  }
}

// The bootstrap changes to the project's folder; files are named from where the command was called.
process.chdir(process.env["PGMEDIC_CALLED_FROM"] ?? ".");
const { text, exitCode } = await run(process.argv.slice(2));
if (text !== "") console.log(text);
process.exitCode = exitCode;
