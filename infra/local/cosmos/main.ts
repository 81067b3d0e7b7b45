// The document store as a process: PGMEDIC_COSMOS_PORT, PGMEDIC_COSMOS_STATE.
import { portFrom, runService } from "../process-entry.ts";
import { startCosmos } from "./server.ts";

await runService("cosmos", () =>
  startCosmos({
    port: portFrom("PGMEDIC_COSMOS_PORT", 8081),
    stateFolder: process.env["PGMEDIC_COSMOS_STATE"] ?? ".pgmedic/cosmos",
  }),
);
