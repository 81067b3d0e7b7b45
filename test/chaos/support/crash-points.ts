// A way to Cosmos DB that can kill its caller before a write arrives, after it was made, or a moment later.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** Where an incident is, as its own document says; what is not written yet has no stage of its own. */
export const STAGES = [
  "alert",
  "trigger",
  "investigation",
  "proposal",
  "suspended",
  "decision",
  "execution",
  "verification",
  "close",
] as const;
export type Stage = (typeof STAGES)[number];

/** `lost`: the write never arrives. `unanswered`: it is made and nobody learns of it. `later`: it succeeds, and the end comes after it. */
export type Moment = "lost" | "unanswered" | "later";

/** At the `nth` write about `partitions` in the stage, or as soon as the stage is over. */
export type CrashPoint = { stage: Stage; nth: number; moment: Moment; afterMs: number };
export type Crash = CrashPoint & { at: Stage; write: string };

const Aggregate = z.looseObject({ id: z.string().startsWith("inc-"), state: z.string() });
type Watch = { incidentId: string; serverId: string };
type Armed = { point: CrashPoint; crash: () => Promise<void>; done: (crash: Crash) => void; seen: number };
type Call = { message: IncomingMessage; body: Buffer };
type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer };

export type CrashPoints = Awaited<ReturnType<typeof startCrashPoints>>;

/** Listens in front of the document store at `target`. */
export async function startCrashPoints(target: () => number) {
  let watched: Watch | undefined;
  let stage: Stage = "alert";
  let armed: Armed | undefined;

  const isDue = (call: Call): boolean => {
    if (armed === undefined || !isWrite(call) || !isAbout(call, watched)) return false;
    const wanted = STAGES.indexOf(armed.point.stage);
    const now = STAGES.indexOf(stage);
    if (now < wanted) return false;
    armed.seen += 1;
    return now > wanted || armed.seen >= armed.point.nth;
  };
  const serve = async (call: Call, response: ServerResponse): Promise<void> => {
    const due = isDue(call) ? armed : undefined;
    if (due !== undefined) armed = undefined;
    const crash = async (): Promise<void> => {
      await due?.crash();
      if (due !== undefined) due.done({ ...due.point, at: stage, write: nameOf(call) });
    };
    if (due?.point.moment === "lost") return crash().finally(() => response.destroy());
    const answer = await forward(call, target());
    const next = answer.status < 300 && isAbout(call, watched) ? stageAfter(call) : undefined;
    if (due?.point.moment === "unanswered") await crash().finally(() => response.destroy());
    else response.writeHead(answer.status, answer.headers).end(answer.body);
    if (next !== undefined) stage = next;
    if (due?.point.moment === "later") await sleep(due.point.afterMs).then(crash);
  };

  const server = createServer((message, response) => {
    void (async () => serve({ message, body: Buffer.concat(await message.toArray()) }, response))().catch(() =>
      response.destroy(),
    );
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return {
    port: address.port,
    /** From now on only this incident counts. */
    watch: (incident: Watch): void => {
      watched = incident;
      stage = "alert";
    },
    /** Calls `crash` once, at the point; resolves when it has happened. */
    arm: (point: CrashPoint, crash: () => Promise<void>): Promise<Crash> =>
      new Promise((done) => (armed = { point, crash, done, seen: 0 })),
    /** Whether a point still waits for its moment. */
    disarm: (): boolean => {
      const isWaiting = armed !== undefined;
      armed = undefined;
      return isWaiting;
    },
    stop: async (): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Queries are POST requests as well. */
const isWrite = ({ message: { method, headers } }: Call): boolean =>
  method === "PUT" || method === "DELETE" || (method === "POST" && headers["x-ms-documentdb-isquery"] === undefined);

function isAbout({ message: { headers }, body }: Call, watched: Watch | undefined): boolean {
  if (watched === undefined) return false;
  const partition = String(headers["x-ms-documentdb-partitionkey"] ?? "");
  const isReceipt = partition.startsWith('["alert-') && body.includes(watched.incidentId);
  return isReceipt || partition === `["${watched.incidentId}"]` || partition === `["${watched.serverId}"]`;
}

const nameOf = ({ message: { method, url } }: Call): string =>
  `${method} ${(url ?? "").replace(/^\/dbs\/[^/]+\/colls\//, "").replace("/docs", "")}`;

/** The stage that a written aggregate begins. */
function stageAfter({ body }: Call): Stage | undefined {
  const parsed = Aggregate.safeParse(body.length === 0 ? null : JSON.parse(body.toString("utf8")));
  if (!parsed.success) return undefined;
  const { state, diagnosis, decision } = parsed.data;
  switch (state) {
    case "dispatched":
      return "trigger";
    case "investigating":
      return diagnosis === null ? "investigation" : "proposal";
    case "awaitingApproval":
      return decision === null ? "suspended" : "decision";
    case "executing":
      return "execution";
    case "verifying":
      return "verification";
    default:
      return "close";
  }
}

function forward({ message, body }: Call, port: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = message;
    const outgoing = request({ host: "127.0.0.1", port, method, path: url, headers }, (incoming) => {
      incoming.toArray().then(
        (chunks) =>
          resolve({
            status: incoming.statusCode ?? 502,
            headers: incoming.headers,
            body: Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))),
          }),
        reject,
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
