// What is missing on a server of your own, said at the start with the SQL that mends it. Nothing is changed there.
import { setTimeout as sleep } from "node:timers/promises";
import { type CheckItem, ServerCheck } from "../../../shared/contracts/server.ts";
import { callApi, type Caller, forwarded } from "../api-client.ts";
import type { Plan } from "./plan.ts";
import { OWN_ID } from "./registration.ts";

const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 30_000;

/** Lets PgMedic check your server with the rights that its URL gives, and prints what it found. */
export async function reportOwnServer({ settings, secrets }: Plan, log: (line: string) => void): Promise<void> {
  const host = `http://127.0.0.1:${settings.PGMEDIC_HOST_PORT}`;
  const check = await checkOwnServer(forwarded(host, secrets.frontProof, { name: "npm start", roles: ["admin"] }));
  for (const line of check === null ? [NO_ANSWER] : linesOf(check)) log(line);
}

const NO_ANSWER = "your server  has not answered yet. Its card in the dashboard has the check.";

async function checkOwnServer(setup: Caller): Promise<ServerCheck | null> {
  let answer = await callApi(setup, "POST", `servers/${OWN_ID}/check`);
  const later = answer.headers.get("location")?.replace(/^\/api\//, "");
  for (const end = performance.now() + PATIENCE_MS; answer.status !== 200 && performance.now() < end;) {
    if (later === undefined) return null;
    await sleep(LOOK_EVERY_MS);
    answer = await callApi(setup, "GET", later);
  }
  return answer.status === 200 ? ServerCheck.parse(answer.body) : null;
}

function linesOf({ reachable, version, items }: ServerCheck): string[] {
  const missing = items.filter(({ holds }) => !holds);
  if (!reachable) {
    const because = missing.map(({ observed }) => observed).join("; ");
    return [
      `your server  cannot be reached: ${because}`,
      "             Start it, or start again with the right --server. PgMedic keeps trying.",
    ];
  }
  if (missing.length === 0) return [`your server  is PostgreSQL ${version}, and nothing is missing`];
  const things = missing.length === 1 ? "one thing is" : `${missing.length} things are`;
  return [
    `your server  is PostgreSQL ${version}; ${things} missing. PgMedic changes nothing of this by itself:`,
    ...missing.flatMap(linesOfItem),
  ];
}

const linesOfItem = ({ label, observed, remedySql }: CheckItem): string[] => [
  `  - ${label}: ${observed}`,
  ...(remedySql ?? "").split("\n").flatMap((line) => (line === "" ? [] : [`      ${line}`])),
];
