import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { sendProblem, type Exchange } from "./answers.ts";
import type { ClientPrincipal } from "./session.ts";

/** Only the front may say who is calling, so whatever a caller sends under these names is dropped. */
const OURS = /^(x-ms-|x-pgmedic-front-proof$|x-forwarded-|forwarded$)/;
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect"]);
const KEPT_BACK = new Set(["host", "cookie", "proxy-authorization"]);

const isPassedOn = (name: string): boolean => !OURS.test(name) && !HOP_BY_HOP.has(name) && !KEPT_BACK.has(name);

export type ProxyTarget = {
  url: URL;
  proof: string;
  principal: ClientPrincipal | null;
  timeoutMs: number;
};

function headersFor(target: ProxyTarget, { request }: Exchange): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) if (isPassedOn(name)) headers[name] = value;
  const host = request.headers.host ?? "";
  headers["x-forwarded-host"] = host;
  headers["x-forwarded-proto"] = "http";
  headers["x-ms-original-url"] = `http://${host}${request.url ?? "/"}`;
  headers["x-pgmedic-front-proof"] = target.proof;
  if (target.principal !== null) {
    headers["x-ms-client-principal"] = Buffer.from(JSON.stringify(target.principal)).toString("base64");
  }
  return headers;
}

const answerHeaders = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));

/** Sends a request on to the Functions host and its answer back; resolves when the exchange is over. */
export function proxyToHost(target: ProxyTarget, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  return new Promise((resolve) => {
    const upstream = httpRequest(target.url, {
      method: request.method ?? "GET",
      headers: headersFor(target, exchange),
      agent: false,
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      upstream.destroy();
    }, target.timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      upstream.destroy();
      resolve();
    };
    upstream.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answerHeaders(answer.headers));
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    upstream.on("error", () => {
      if (response.headersSent) response.destroy();
      else if (isLate) {
        sendProblem(exchange, "backend-timeout", {
          title: "The API took too long",
          status: 504,
          detail: `There was no answer within ${target.timeoutMs / 1000} s. What you asked for may still happen: look before you repeat it.`,
        });
      } else {
        sendProblem(exchange, "backend-unreachable", {
          title: "The API cannot be reached",
          status: 502,
          detail: `The Functions host at ${target.url.origin} does not answer. It may be starting: try again in a few seconds.`,
        });
      }
    });
    response.on("close", finish);
    request.pipe(upstream);
  });
}
