// PostgreSQL under a process that ends it with its starter:
// PGMEDIC_POSTGRES_PORT, PGMEDIC_POSTGRES_DATA, PGMEDIC_POSTGRES_PASSWORD, PGMEDIC_POSTGRES_SETTINGS (parameters as JSON),
// PGMEDIC_POSTGRES_NICENESS.
import { z } from "zod";
import { portFrom, runService } from "../process-entry.ts";
import { startPostgres } from "./server.ts";

await runService("postgres", () => {
  const password = process.env["PGMEDIC_POSTGRES_PASSWORD"];
  if (password === undefined || password === "") throw new Error("PGMEDIC_POSTGRES_PASSWORD is not set.");
  return startPostgres({
    dataFolder: process.env["PGMEDIC_POSTGRES_DATA"] ?? ".pgmedic/postgres",
    port: portFrom("PGMEDIC_POSTGRES_PORT", 54_320),
    password,
    settings: z.record(z.string(), z.string()).parse(JSON.parse(process.env["PGMEDIC_POSTGRES_SETTINGS"] ?? "{}")),
    niceness: z.coerce
      .number()
      .int()
      .min(0)
      .max(19)
      .parse(process.env["PGMEDIC_POSTGRES_NICENESS"] ?? "0"),
  });
});
