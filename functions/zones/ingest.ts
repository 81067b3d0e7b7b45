import { app } from "@azure/functions";
import { alertReceived } from "../alert-received.ts";
import { health } from "../health.ts";
import { prepareClients } from "../prepare.ts";
import { guarded } from "../problem.ts";
import { tracedRequests } from "../traced-requests.ts";

/** What the ingest app listens to: alerts. It holds no PostgreSQL identity. */
export function register(): void {
  app.http("alertReceived", {
    methods: ["POST"],
    authLevel: "anonymous",
    route: "alerts",
    handler: tracedRequests("POST", "alerts", guarded(alertReceived)),
  });
  app.http("health", { methods: ["GET"], authLevel: "anonymous", route: "health", handler: guarded(health) });
  app.hook.appStart(prepareClients);
}
