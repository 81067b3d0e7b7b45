// A small HTTP server on loopback that takes and gives JSON.
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";
import { explainListenError, type Running } from "./process-entry.ts";

export type JsonAnswer = { status: number; body: unknown; headers?: Readonly<Record<string, string>> };
export type JsonRequest = { method: string; url: URL; body: unknown };

const MAX_BODY_BYTES = 65_536;
const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

/** Starts it; `setting` is named when the port is in use. A body that fails its schema is answered with 400 and the reason. */
export async function startJsonServer(
  at: { port: number; setting: string },
  answer: (request: JsonRequest) => JsonAnswer | Promise<JsonAnswer>,
): Promise<Running> {
  const server = createServer((request, response) => {
    void respondTo(request, answer).then(({ status, body, headers = {} }) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(at.port, "127.0.0.1", resolve);
  }).catch((error: unknown) => {
    throw explainListenError(error, at);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : at.port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respondTo(
  request: IncomingMessage,
  answer: (request: JsonRequest) => JsonAnswer | Promise<JsonAnswer>,
): Promise<JsonAnswer> {
  try {
    const body = WITH_BODY.has(request.method ?? "") ? await jsonBody(request) : undefined;
    const url = new URL(request.url ?? "/", `http://127.0.0.1:${request.socket.localPort ?? 80}`);
    return await answer({ method: request.method ?? "", url, body });
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { error: z.prettifyError(error) } };
    if (error instanceof BadRequest) return { status: error.status, body: { error: error.message } };
    return { status: 500, body: { error: String(error) } };
  }
}

class BadRequest extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  // A page of another site can post without asking only in other content types: this header keeps it out.
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    throw new BadRequest(415, "send the body as content-type application/json");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(z.instanceof(Uint8Array).parse(chunk));
    size += bytes.byteLength;
    if (size > MAX_BODY_BYTES) throw new BadRequest(413, `the body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
  } catch {
    throw new BadRequest(400, "the body is not JSON");
  }
}
