// `npm run reset`: forgets everything that the local cloud has kept.
import { existsSync } from "node:fs";
import { readLocalSettings } from "./settings.ts";
import { forget } from "./supervisor/forget.ts";
import { endLeftovers, runningSupervisor } from "./supervisor/run-file.ts";

async function main(): Promise<number> {
  const settled = readLocalSettings(process.argv.slice(2), process.env);
  if (!settled.ok) {
    process.stderr.write(`${settled.problem}\n`);
    return 1;
  }
  const state = settled.settings.PGMEDIC_STATE;
  const running = runningSupervisor(state);
  if (running !== undefined) {
    process.stderr.write(`PgMedic is running (process ${running.pid}). Stop it first with Ctrl-C there.\n`);
    return 1;
  }
  if (!existsSync(state)) {
    process.stdout.write(`nothing to remove: ${state} does not exist\n`);
    return 0;
  }
  await endLeftovers(state);
  await forget(state);
  process.stdout.write(`removed ${state}\n`);
  return 0;
}

process.exit(await main());
