import { hostname } from "node:os";
import { app, type LogLevel } from "@azure/functions";
import { context, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { tell, tellLater, tellNow } from "../shared/adapters/telemetry.ts";
import type { TelemetryExport } from "../shared/adapters/telemetry-export.ts";
import { scrubbed } from "../shared/core/log-text.ts";
import { traceIdsOf } from "../shared/core/trace.ts";
import type { Settings } from "./settings.ts";
import { whenPrepared } from "./prepare.ts";

const SEVERITY: Record<LogLevel, SeverityNumber> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  information: SeverityNumber.INFO,
  warning: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  critical: SeverityNumber.FATAL,
  none: SeverityNumber.UNSPECIFIED,
};
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
    const line = {
      body: scrubbed(message),
      severityNumber: SEVERITY[level],
      severityText: level,
      attributes: {
        "faas.name": invocationContext?.functionName ?? "",
        "faas.invocation_id": invocationContext?.invocationId ?? "",
      },
      timestamp: new Date(),
      context: context.active(),
    };
    tell(() => exporting?.log(line));
  });
  // What an invocation tells outside of an incident belongs to the host's own trace of it.
  app.hook.preInvocation((invocation) => {
    const ids = traceIdsOf(invocation.invocationContext.traceContext?.traceParent ?? "");
    if (ids === null) return;
    const within = trace.setSpanContext(context.active(), { ...ids, isRemote: true });
    invocation.functionHandler = context.bind(within, invocation.functionHandler);
  });
  app.hook.appStart(() => {
    void whenPrepared()
      .then(() => import("../shared/adapters/telemetry-export.ts"))
      .then(({ startExport }) =>
        startExport({ connectionString, zone: settings.PGMEDIC_APP, instanceId: instanceOf(settings) }),
      )
      .then((started) => void (exporting = started))
      .catch(complain)
      .finally(tellNow);
  });
  app.hook.appTerminate(() => exporting?.stop(FLUSH_MS));
}

const instanceOf = ({ WEBSITE_INSTANCE_ID }: Settings): string => WEBSITE_INSTANCE_ID ?? `${hostname()}-${process.pid}`;

/** Telemetry must not keep the app from its work. Whoever looks for it finds this line in the host's log. */
function complain(failure: unknown): void {
  const why = failure instanceof Error ? failure.message : String(failure);
  process.emitWarning(
    `nothing is told to Application Insights, look at APPLICATIONINSIGHTS_CONNECTION_STRING: ${scrubbed(why)}`,
  );
}
