import { request as send, type IncomingHttpHeaders } from "node:http";
import { z } from "zod";

/** HTTP requests as the recorder sent them: on a connection of their own and without a header of the client's. */

export const Exchange = z.object({
  name: z.string(),
  request: z.object({
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()).nullish(),
    body: z.string().nullish(),
  }),
  response: z.object({
    status: z.number(),
    headers: z.array(z.tuple([z.string(), z.string()])),
    body: z.unknown(),
  }),
});
export type Exchange = z.infer<typeof Exchange>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export async function sendRequest(origin: string, request: Exchange["request"], body?: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  const { method, path } = request;
  const bytes = body ?? (typeof request.body === "string" ? Buffer.from(request.body) : undefined);
  return new Promise((resolve, reject) => {
    const outgoing = send(
      { hostname, port, method, path, headers: { connection: "close", ...request.headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on("error", reject);
    const isChunked = request.headers?.["transfer-encoding"] !== undefined;
    const length = bytes?.length ?? (["POST", "PUT", "PATCH"].includes(method) ? 0 : undefined);
    if (length !== undefined && !isChunked) outgoing.setHeader("content-length", String(length));
    outgoing.end(bytes);
  });
}

/** Headers that a connection or a server software has, not a function. */
const TRANSPORT = ["connection", "date", "server", "transfer-encoding", "content-length", "keep-alive"];

/** The headers of either side in one form; several cookies stay several. */
export function shownHeaders(
  headers: Iterable<readonly [string, string | readonly string[] | undefined]>,
): [string, string][] {
  return [...headers]
    .flatMap(([name, value]) => [value ?? []].flat().map((each): [string, string] => [name.toLowerCase(), each]))
    .filter(([name]) => !TRANSPORT.includes(name))
    .toSorted(([a, x], [b, y]) => a.localeCompare(b) || x.localeCompare(y));
}

/** A body as the recorder wrote it: JSON, text, or bytes in hex. */
export function shownBody(body: Buffer): unknown {
  const text = body.toString("utf8");
  if (text.includes("\ufffd")) return `$hex:${body.toString("hex")}`;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
