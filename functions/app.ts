import { readSettings } from "./settings.ts";

/** The zone of this app decides what it registers; code of another zone is never loaded. */
const { PGMEDIC_APP: zone } = readSettings(process.env);

if (zone === "ingest" || zone === "all") (await import("./zones/ingest.ts")).register();
if (zone === "api" || zone === "all") (await import("./zones/api.ts")).register();
if (zone === "runner" || zone === "all") (await import("./zones/runner.ts")).register();
