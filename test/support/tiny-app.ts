// A Functions app that only writes down what it is asked, for tests of what is around it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import functions from "@azure/functions";

const file = join(process.env["PGMEDIC_STATE"] ?? ".", "calls.jsonl");

functions.app.http("everything", {
  methods: ["PUT", "DELETE", "POST", "GET"],
  authLevel: "anonymous",
  route: "{*path}",
  handler: async (request) => {
    const call = {
      method: request.method,
      path: new URL(request.url).pathname,
      proof: request.headers.get("x-pgmedic-front-proof"),
      principal: request.headers.get("x-ms-client-principal"),
      body: await request.text(),
      settings: Object.keys(process.env).filter((name) =>
        /^(ARCHIVE_|COSMOS_|DEMO_|METRICS_|PGMEDIC_|ServiceBus)/.test(name),
      ),
    };
    if (request.method !== "GET") appendFileSync(file, `${JSON.stringify(call)}\n`);
    return { status: request.method === "DELETE" ? 404 : 202, jsonBody: {} };
  },
});
