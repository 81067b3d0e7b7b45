// A server of our own in place of Application Insights: takes what the exporter posts, in the form that Azure takes it in.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const Texts = z.record(z.string(), z.string());
const common = { name: z.string().optional(), properties: Texts.default({}) };
const Data = z.discriminatedUnion("baseType", [
  z.object({
    baseType: z.literal("RequestData"),
    baseData: z.looseObject({ ...common, id: z.string(), success: z.boolean(), responseCode: z.string() }),
  }),
  z.object({
    baseType: z.literal("RemoteDependencyData"),
    baseData: z.looseObject({
      ...common,
      id: z.string(),
      success: z.boolean(),
      type: z.string(),
      target: z.string().optional(),
      data: z.string().optional(),
    }),
  }),
  z.object({
    baseType: z.literal("MetricData"),
    baseData: z.looseObject({
      ...common,
      metrics: z.array(z.looseObject({ name: z.string(), value: z.number(), count: z.number().optional() })),
    }),
  }),
  z.object({
    baseType: z.literal("MessageData"),
    baseData: z.looseObject({ ...common, message: z.string(), severityLevel: z.string() }),
  }),
]);
const Envelope = z.looseObject({
  name: z.string(),
  time: z.string(),
  iKey: z.string(),
  tags: Texts,
  data: Data,
});
export type Envelope = z.infer<typeof Envelope>;
export type Kind = Envelope["data"]["baseType"];

export type Insights = Awaited<ReturnType<typeof startInsights>>;

const INSTRUMENTATION_KEY = "11111111-2222-4333-8444-555555555555";

/** How it behaves: as Azure does, never answering, or failing. */
export type Manner = "well" | "hanging" | "failing";

/** Starts it on a free port of this machine. */
export async function startInsights(manner: Manner = "well") {
  const bodies: string[] = [];
  const strays: string[] = [];
  const server = createServer((request, response) => {
    void take(request, response).catch(() => response.destroy());
  });
  // Whoever speaks to somebody else goes through the proxy that this server is to the process under test.
  server.on("connect", (request, socket) => {
    strays.push(request.url ?? "");
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const body = (request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("utf8");
    if (manner === "hanging") return;
    if (manner === "failing") return void response.writeHead(500).end("no");
    if (request.url === undefined || !/^\/v2(\.1)?\/track/.test(request.url)) {
      strays.push(request.url ?? "");
      return void response.writeHead(404).end();
    }
    bodies.push(body);
    const { length } = envelopesOf(body);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ itemsReceived: length, itemsAccepted: length, errors: [] }));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connectionString: connectionStringOf(port),
    /** Everything that was taken, as text: to look for what must not be there. */
    text: () => bodies.join("\n"),
    envelopes: () => bodies.flatMap((body) => envelopesOf(body).map((entry) => Envelope.parse(entry))),
    /** Calls to anywhere else. */
    strays: () => strays,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const connectionStringOf = (port: number): string =>
  `InstrumentationKey=${INSTRUMENTATION_KEY};IngestionEndpoint=http://127.0.0.1:${port}/`;

/** A JSON array, or one JSON text a line. */
function envelopesOf(body: string): unknown[] {
  const whole: unknown = body.trimStart().startsWith("[") ? JSON.parse(body) : null;
  if (Array.isArray(whole)) return whole;
  return body
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): unknown => JSON.parse(line));
}
