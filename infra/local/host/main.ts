// The Functions host as a process: PGMEDIC_HOST_PORT, PGMEDIC_HOST_STATE, PGMEDIC_HOST_ENTRY. Logs go to stderr.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { portFrom, runService } from "../process-entry.ts";
import { loadApp } from "./functions-core.ts";
import { startHost } from "./host.ts";
import type { LogEntry } from "./invocation.ts";

const HostFile = z.looseObject({
  extensions: z
    .looseObject({ durableTask: z.looseObject({ defaultVersion: z.string().optional() }).optional() })
    .optional(),
});

/** host.json of the app, in the folder of the entry or one above it, as in a package; an app for a test may have none. */
function hostFileOf(entry: string): z.infer<typeof HostFile> {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, "host.json");
    if (existsSync(path)) return HostFile.parse(JSON.parse(readFileSync(path, "utf8")));
  }
  return {};
}

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
  const entry = resolve(process.env["PGMEDIC_HOST_ENTRY"] ?? "dist/functions/app.js");
  const app = await loadApp(entry);
  process.on("unhandledRejection", dieOf("Unhandled rejection"));
  process.on("uncaughtException", dieOf("Uncaught exception"));
  const { defaultVersion } = hostFileOf(entry).extensions?.durableTask ?? {};
  return startHost({ app, port, stateFolder, settings: process.env, log, defaultVersion });
});
