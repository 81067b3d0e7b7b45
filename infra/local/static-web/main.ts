// The local Static Web Apps front as a process of its own.
//   PGMEDIC_FRONT_PORT (4280)   where it listens, on loopback; 0 takes a free port
//   PGMEDIC_HOST_PORT (7071)    the Functions host behind /api
//   PGMEDIC_FRONT_PROOF         secret that the API knows as well; at least 16 characters
//   PGMEDIC_WORKLOAD_URL        the demo's workload generator; without it /.local/demo answers 404
import { fileURLToPath } from "node:url";
import { portFrom, runService } from "../process-entry.ts";
import { API_LIMIT_MS, startFront } from "./front.ts";
import { readSiteConfig } from "./routes.ts";

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

function proofFrom(environment: NodeJS.ProcessEnv): string {
  const proof = environment["PGMEDIC_FRONT_PROOF"] ?? "";
  if (proof.length < 16) {
    throw new Error("PGMEDIC_FRONT_PROOF must be a secret of at least 16 characters that the API is given as well.");
  }
  return proof;
}

function workloadFrom(environment: NodeJS.ProcessEnv): URL | null {
  const text = environment["PGMEDIC_WORKLOAD_URL"];
  if (text === undefined || text === "") return null;
  if (!URL.canParse(text)) throw new Error(`PGMEDIC_WORKLOAD_URL is not a URL: "${text}".`);
  return new URL(text);
}

await runService("static-web", async () =>
  startFront({
    port: portFrom("PGMEDIC_FRONT_PORT", 4280),
    root: fromRoot("dist/static-web"),
    config: readSiteConfig(fromRoot("static-web/staticwebapp.config.json")),
    host: new URL(`http://127.0.0.1:${portFrom("PGMEDIC_HOST_PORT", 7071)}`),
    proof: proofFrom(process.env),
    workload: workloadFrom(process.env),
    apiTimeoutMs: API_LIMIT_MS,
  }),
);
