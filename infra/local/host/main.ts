// The Functions host as a process: PGMEDIC_HOST_PORT, PGMEDIC_HOST_STATE, PGMEDIC_HOST_ENTRY. Logs go to stderr.
import { resolve } from "node:path";
import { portFrom, runService } from "../process-entry.ts";
import { loadApp } from "./functions-core.ts";
import { startHost } from "./host.ts";
import type { LogEntry } from "./invocation.ts";

function log({ level, functionName, message }: LogEntry): void {
  process.stderr.write(`${new Date().toISOString()} ${level} ${functionName}: ${message}\n`);
}

/** An unhandled rejection or exception kills the worker on Azure; living on here would hide the defect. */
function dieOf(kind: string): (reason: unknown) => void {
  return (reason) => {
    const message = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    log({ level: "critical", functionName: "host", message: `${kind}: ${message}` });
    process.exit(1);
  };
}

await runService("functions-host", async () => {
  const port = portFrom("PGMEDIC_HOST_PORT", 7071);
  const stateFolder = resolve(process.env["PGMEDIC_HOST_STATE"] ?? ".pgmedic/host");
  const app = await loadApp(resolve(process.env["PGMEDIC_HOST_ENTRY"] ?? "dist/functions/app.js"));
  process.on("unhandledRejection", dieOf("Unhandled rejection"));
  process.on("uncaughtException", dieOf("Uncaught exception"));
  return startHost({ app, port, stateFolder, settings: process.env, log });
});
