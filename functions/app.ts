import { readSettings } from "./settings.ts";

/** The zone of this app decides what it registers; code of another zone is never loaded. */
const settings = readSettings(process.env);
const { PGMEDIC_APP: zone, APPLICATIONINSIGHTS_CONNECTION_STRING: insights } = settings;

if (zone === "ingest" || zone === "all") (await import("./zones/ingest.ts")).register();
if (zone === "api" || zone === "all") (await import("./zones/api.ts")).register();
if (zone === "runner" || zone === "all") (await import("./zones/runner.ts")).register();
if (insights !== undefined) (await import("./export-telemetry.ts")).exportTelemetry(insights, settings);
