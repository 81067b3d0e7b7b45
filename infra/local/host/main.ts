import { resolve } from "node:path";
import { z } from "zod";
import { loadApp } from "./functions-core.ts";
import { startHost } from "./host.ts";
import type { LogEntry } from "./invocation.ts";

/** The local Functions host as a process. It prints one JSON line on stdout when it listens; logs go to stderr. */

const Settings = z.object({
  PGMEDIC_HOST_PORT: z.coerce.number().int().min(0).max(65_535).default(7071),
  PGMEDIC_HOST_STATE: z.string().min(1).default(".pgmedic/host"),
  PGMEDIC_HOST_ENTRY: z.string().min(1).default("dist/functions/app.js"),
});

function log({ level, functionName, message }: LogEntry): void {
  process.stderr.write(`${new Date().toISOString()} ${level} ${functionName}: ${message}\n`);
}

/** An unhandled rejection or exception kills the worker on Azure; hiding it here would hide the defect. */
function dieOf(kind: string): (reason: unknown) => void {
  return (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    log({ level: "critical", functionName: "host", message: `${kind}: ${text}` });
    process.exit(1);
  };
}

async function main(): Promise<void> {
  const settings = Settings.parse(process.env);
  const app = await loadApp(resolve(settings.PGMEDIC_HOST_ENTRY));
  process.on("unhandledRejection", dieOf("Unhandled rejection"));
  process.on("uncaughtException", dieOf("Uncaught exception"));
  const host = await startHost({
    app,
    port: settings.PGMEDIC_HOST_PORT,
    stateFolder: resolve(settings.PGMEDIC_HOST_STATE),
    settings: process.env,
    log,
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    host.stop().then(() => process.exit(0), dieOf("Stop failed"));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.stdout.write(`${JSON.stringify({ ready: true, port: host.port })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The Functions host could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
