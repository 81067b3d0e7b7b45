// The audit archive's storage as a process: PGMEDIC_BLOB_PORT, PGMEDIC_BLOB_STATE.
import { portFrom, runService } from "../process-entry.ts";
import { startBlobStorage } from "./server.ts";

await runService("blob", () =>
  startBlobStorage({
    port: portFrom("PGMEDIC_BLOB_PORT", 10_000),
    stateFolder: process.env["PGMEDIC_BLOB_STATE"] ?? ".pgmedic/blob",
  }),
);
