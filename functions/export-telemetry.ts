import { hostname } from "node:os";
import { app } from "@azure/functions";
import { logLine, tellLater, tellTo, withinTrace } from "../shared/adapters/telemetry.ts";
import type { TelemetryExport } from "../shared/adapters/telemetry-export.ts";
import { scrubbed } from "../shared/core/log-text.ts";
import type { Settings } from "./settings.ts";
import { whenPrepared } from "./prepare.ts";

/** The host ends a worker a few seconds after it has told it to end. */
const FLUSH_MS = 3_000;

/**
 * Takes over from the host what the functions of this app log, and sends it with spans and figures to Application Insights. The SDK is
 * loaded after the app has started; until then everything is kept.
 */
export function exportTelemetry(connectionString: string, settings: Settings): void {
  let exporting: TelemetryExport | null = null;
  // The host sends no line of the app any more: each would be there twice.
  app.setup({ capabilities: { WorkerOpenTelemetryEnabled: true } });
  tellLater();

  app.hook.log(({ level, message, category, invocationContext }) => {
    if (category !== "user") return;
    const { functionName = "", invocationId = "" } = invocationContext ?? {};
    const attributes = { "faas.name": functionName, "faas.invocation_id": invocationId };
    logLine({ level, body: scrubbed(message), attributes, at: new Date() });
  });
  // What an invocation tells outside of an incident belongs to the host's own trace of it.
  app.hook.preInvocation((invocation) => {
    const traceparent = invocation.invocationContext.traceContext?.traceParent ?? "";
    invocation.functionHandler = withinTrace(traceparent, invocation.functionHandler);
  });
  app.hook.appStart(() => {
    void whenPrepared()
      .then(() => import("../shared/adapters/telemetry-export.ts"))
      .then(({ startExport }) =>
        startExport({ connectionString, zone: settings.PGMEDIC_APP, instanceId: `${hostname()}-${process.pid}` }),
      )
      .then(
        (started) => tellTo((exporting = started)),
        (failure: unknown) => {
          tellTo(null);
          complain(failure);
        },
      );
  });
  app.hook.appTerminate(() => exporting?.stop(FLUSH_MS));
}

/** Telemetry must not keep the app from its work. Whoever looks for it finds this line in the host's log. */
function complain(failure: unknown): void {
  const why = failure instanceof Error ? failure.message : String(failure);
  process.emitWarning(
    `nothing is told to Application Insights, look at APPLICATIONINSIGHTS_CONNECTION_STRING: ${scrubbed(why)}`,
  );
}
