// Local only: lets the dashboard play the demo by steering the workload generator.
import { z } from "zod";
import { readBody, sendJson, sendProblem, type Exchange } from "./answers.ts";
import type { ClientPrincipal } from "./session.ts";

/** Body of `POST /.local/demo`. */
const DemoRequest = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("hammer"), column: z.enum(["customer_id", "product_id"]) }),
  z.strictObject({ do: z.literal("calm") }),
]);
type DemoRequest = z.infer<typeof DemoRequest>;

const BODY_LIMIT_BYTES = 1024;
const TIMEOUT_MS = 10_000;

async function forward(workload: URL, exchange: Exchange, wanted: DemoRequest | null): Promise<void> {
  const path = wanted === null ? "/status" : `/${wanted.do}`;
  const body = wanted?.do === "hammer" ? { column: wanted.column } : {};
  const init: RequestInit =
    wanted === null
      ? { method: "GET" }
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(new URL(path, workload), { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await answer.text();
    sendJson(exchange, answer.status, text === "" ? {} : JSON.parse(text));
  } catch (error) {
    sendProblem(exchange, "demo-unreachable", {
      title: "The demo's workload generator does not answer",
      status: 502,
      detail: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Another site can send neither this header nor this content type without being asked first. */
const isFromOwnPage = ({ request: { headers } }: Exchange): boolean =>
  headers["x-pgmedic-request"] === "1" && headers["content-type"]?.startsWith("application/json") === true;

export type DemoAccess = { workload: URL; principal: ClientPrincipal | null };

/** `GET /.local/demo` tells how the workload runs; `POST` changes it, for operators. */
export async function serveDemo({ workload, principal }: DemoAccess, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  if (request.method === "GET") return forward(workload, exchange, null);
  if (request.method !== "POST") {
    return sendProblem(exchange, "method-not-allowed", { title: "Only GET and POST are allowed here", status: 405 });
  }
  if (!isFromOwnPage(exchange) || principal?.userRoles.includes("operator") !== true) {
    const detail = "Sign in as operator, and send JSON with the header x-pgmedic-request: 1.";
    return sendProblem(exchange, "not-allowed", { title: "Only an operator may play the demo", status: 403, detail });
  }
  const wanted = DemoRequest.safeParse(parseJson((await readBody(request, BODY_LIMIT_BYTES)) ?? ""));
  if (!wanted.success) {
    const detail = 'Send {"do":"hammer","column":"customer_id"|"product_id"} or {"do":"calm"}.';
    return sendProblem(exchange, "bad-body", { title: "This is not a demo command", status: 400, detail });
  }
  return forward(workload, exchange, wanted.data);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
