// Azure Cosmos DB on this machine, for the real `@azure/cosmos` client: in memory, every write journaled before its answer.
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { z } from "zod";
import containers from "../../cosmos-containers.json" with { type: "json" };
import { explainListenError } from "../process-entry.ts";
import { type Journal, openJournal, type Place, type Stored } from "./journal.ts";
import { refusalOf } from "./refusals.ts";
import { ensureContainer, hasContainer, partitionOf, restore, type Route, routeOf, type Store } from "./store.ts";

/** The key that Microsoft publishes for its emulator: no secret, this server is bound to loopback and checks none. */
export const COSMOS_KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";
export const COSMOS_DATABASE = "pgmedic";

type CosmosOptions = { port: number; stateFolder: string };
export type Cosmos = { port: number; endpoint: string; stop: () => Promise<void> };

const HOST = "127.0.0.1";
type Answer = { status: number; body: object | undefined; headers: Record<string, string> };
type Context = { store: Store; journal: Journal };

/** Starts the store with what was written before, and creates the database and containers of PgMedic when missing. */
export async function startCosmos(options: CosmosOptions): Promise<Cosmos> {
  mkdirSync(options.stateFolder, { recursive: true });
  const journal = openJournal(join(options.stateFolder, "cosmos.sqlite"));
  const context: { current?: Context } = {};
  const server = createServer((request, response) => {
    if (context.current !== undefined) void serve(context.current, request, response);
  });
  // Longer than the client keeps idle connections, so that it never writes to one that is being closed.
  server.keepAliveTimeout = 120_000;
  const port = await listen(server, options.port).catch((error: unknown) => {
    journal.close();
    throw explainListenError(error, { port: options.port, setting: "PGMEDIC_COSMOS_PORT" });
  });
  const store = restore(journal, { host: HOST, port });
  for (const { id, partitionKey } of containers) {
    const definition = { id, partitionKey: { paths: [partitionKey], kind: "Hash", version: 2 } };
    if (ensureContainer(store, COSMOS_DATABASE, definition)) journal.putContainer(COSMOS_DATABASE, definition);
  }
  context.current = { store, journal };
  return {
    port,
    endpoint: `http://${HOST}:${port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      journal.close();
    },
  };
}

async function serve(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await answerTo(context, request).catch((error: unknown) => failed(500, String(error)));
  const { status, body, headers } = answer;
  const etag = body !== undefined && "_etag" in body ? { etag: String(body._etag) } : {};
  response.writeHead(status, {
    ...headers,
    ...etag,
    "content-type": "application/json",
    "x-ms-activity-id": randomUUID(),
    "x-ms-request-charge": "1",
  });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

async function answerTo(context: Context, request: IncomingMessage): Promise<Answer> {
  const body = Buffer.concat(await request.toArray());
  const method = request.method ?? "";
  const refusal = refusalOf({ method, headers: request.headers, body });
  if (refusal !== undefined) return failed(refusal.status, refusal.message, refusal.code);
  const route = routeOf(request);
  if (route === undefined) return failed(400, `${method} ${request.url} is not supported by the local Cosmos DB.`);
  const place = placeOf(route);
  if (place !== undefined && !hasContainer(context.store, place)) {
    return failed(404, `The container ${place.database}/${place.container} does not exist.`, "NotFound");
  }
  const answer = await handled(context.store, { route, request, body });
  if (method !== "GET" && isSuccess(answer)) record(context, { route, request, answer });
  return answer;
}

const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300;

function placeOf({ parameters: { dbId: database, collId: container } }: Route): Place | undefined {
  return database !== undefined && container !== undefined ? { database, container } : undefined;
}

/** Lets the package answer; it gets the body a second time, as it reads it itself. */
async function handled(store: Store, call: { route: Route; request: IncomingMessage; body: Buffer }): Promise<Answer> {
  const { headers, method, url } = call.request;
  const replay = Object.assign(Readable.from([call.body]), { headers, method, url });
  const headersSet: Record<string, string> = {};
  const response = {
    statusCode: 200,
    setHeader: (name: string, value: string) => {
      headersSet[name] = value;
    },
  };
  try {
    // The package reads only these parts of Node's request and response.
    const result = await call.route.handler(
      store.account,
      replay as unknown as IncomingMessage,
      response as unknown as ServerResponse,
      call.route.parameters,
    );
    const body = typeof result === "object" && result !== null ? result : undefined;
    return { status: response.statusCode, body, headers: headersSet };
  } catch (error) {
    const flags = z
      .looseObject({ conflict: z.boolean().optional(), badRequest: z.boolean().optional() })
      .safeParse(error);
    const status = flags.data?.conflict === true ? 409 : flags.data?.badRequest === true ? 400 : 500;
    return failed(status, error instanceof Error ? error.message : String(error));
  }
}

const Resource = z.looseObject({ id: z.string(), _etag: z.string() });

/** Journals a successful write; a write that cannot be journaled ends the process, as memory and disk would differ. */
function record(context: Context, done: { route: Route; request: IncomingMessage; answer: Answer }): void {
  const { dbId: database, docId } = done.route.parameters;
  const written = Resource.safeParse(done.answer.body).data;
  const place = placeOf(done.route);
  try {
    if (place !== undefined) recordIn(context, { place, docId, written, request: done.request });
    // Without a container in the address: a container was created, or a database, which comes back with its containers.
    else if (database !== undefined && written !== undefined) context.journal.putContainer(database, written);
  } catch (error) {
    process.stderr.write(`cosmos: a write could not be journaled, ending: ${String(error)}\n`);
    process.exit(1);
  }
}

type Change = { place: Place; docId: string | undefined; written: Stored | undefined; request: IncomingMessage };

function recordIn({ store, journal }: Context, { place, docId, written, request }: Change): void {
  const isDocument = /\/docs(\/|$)/.test(request.url ?? "");
  const isDeletion = request.method === "DELETE";
  if (!isDocument) {
    if (isDeletion) journal.removeContainer(place);
    else if (written !== undefined) journal.putContainer(place.database, written);
    return;
  }
  if (!isDeletion) {
    // A query is a POST as well; its answer is no document.
    if (written !== undefined) journal.putDocument(place, partitionOf(store, place, written), written);
    return;
  }
  const key = z.array(z.unknown()).parse(JSON.parse(String(request.headers["x-ms-documentdb-partitionkey"])));
  if (docId !== undefined) journal.removeDocument(place, JSON.stringify(key[0] ?? null), docId);
}

function failed(status: number, message: string, code = status >= 500 ? "InternalServerError" : "BadRequest"): Answer {
  return { status, body: { code, message }, headers: {} };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, HOST, resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
