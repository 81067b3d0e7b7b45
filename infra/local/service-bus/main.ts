// The broker as a process: PGMEDIC_SERVICE_BUS_PORT, PGMEDIC_SERVICE_BUS_STATE, PGMEDIC_LOCK_MS.
import { portFrom, runService } from "../process-entry.ts";
import { queueDefaults, startBroker } from "./broker.ts";

/** The queues of PgMedic. */
const QUEUES = ["runs", "run-events", "approvals"];

await runService("service-bus", () => {
  const stateFolder = process.env["PGMEDIC_SERVICE_BUS_STATE"] ?? ".pgmedic/service-bus";
  const lockMs = Number(process.env["PGMEDIC_LOCK_MS"] ?? queueDefaults.lockMs);
  if (!(lockMs >= 100)) throw new Error(`PGMEDIC_LOCK_MS must be at least 100 milliseconds.`);
  const queues = QUEUES.map((name) => ({ ...queueDefaults, lockMs, name }));
  return startBroker({ port: portFrom("PGMEDIC_SERVICE_BUS_PORT", 5672), stateFolder, queues });
});
