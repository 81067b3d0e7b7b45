import { z } from "zod";

/** The one thing that the gateway reads outside the database: what the server wrote into its log. It costs the server nothing. */
export const serverLog = {
  actionId: "server-log",
  title: "The server's log: what it comes to, the worst first",
  risk: "free",
  parameters: ["minutes"],
} as const;

/** How far back, up to a day. */
export const ServerLogParameters = z.strictObject({ minutes: z.number().int().min(1).max(1_440).default(60) });
