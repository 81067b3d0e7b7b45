import type { IncomingMessage, ServerResponse } from "node:http";
import type { Problem } from "../../../shared/contracts/api.ts";

/** One request on its way through the front. */
export type Exchange = { request: IncomingMessage; response: ServerResponse };

export function sendJson({ response }: Exchange, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

/** Problem details; `slug` names the kind of problem and stays the same between releases. */
export function sendProblem(exchange: Exchange, slug: string, problem: Omit<Problem, "type">): void {
  const body: Problem = { type: `https://pgmedic.dev/problems/${slug}`, ...problem };
  exchange.response.writeHead(problem.status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  });
  exchange.response.end(JSON.stringify(body));
}

export function sendRedirect({ response }: Exchange, location: string, status = 302): void {
  response.writeHead(status, { location, "cache-control": "no-store" }).end();
}

export function sendHtml({ response }: Exchange, status: number, html: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}

/** The body as text, or null when it is larger than the limit. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string | null> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) {
    text += String(chunk);
    if (Buffer.byteLength(text) > limitBytes) return null;
  }
  return text;
}
