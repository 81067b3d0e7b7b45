// The shop's application as a process: PGMEDIC_WORKLOAD_PORT, PGMEDIC_SHOP_URL.
import { portFrom, runService } from "../process-entry.ts";
import { startWorkload } from "./workload.ts";

await runService("workload", () => {
  const shopUrl = process.env["PGMEDIC_SHOP_URL"];
  if (shopUrl === undefined || shopUrl === "") throw new Error("PGMEDIC_SHOP_URL is not set.");
  return startWorkload({ port: portFrom("PGMEDIC_WORKLOAD_PORT", 4283), shopUrl });
});
