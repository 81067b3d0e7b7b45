import { readArguments, USAGE } from "./arguments.ts";
import { advise, check, type Outcome } from "./commands.ts";

const COMMANDS: Record<string, typeof check> = { check, advise };

/** Carries out one command line of `pgmedic`. Whatever goes wrong is one line for a person and exit code 2. */
async function run(argv: readonly string[]): Promise<Outcome> {
  const command = COMMANDS[argv[0] ?? ""];
  if (command === undefined) return { text: USAGE, exitCode: argv.length === 0 || argv[0] === "--help" ? 0 : 2 };
  const read = readArguments(argv);
  if (!read.ok) return { text: `${read.problem}\n\n${USAGE}`, exitCode: 2 };
  try {
    return await command(read.given);
  } catch (error) {
    return { text: `pgmedic ${read.command}: ${error instanceof Error ? error.message : String(error)}`, exitCode: 2 };
  }
}

// The bootstrap changes to the project's folder; files are named from where the command was called.
process.chdir(process.env["PGMEDIC_CALLED_FROM"] ?? ".");
const { text, exitCode } = await run(process.argv.slice(2));
console.log(text);
process.exitCode = exitCode;
