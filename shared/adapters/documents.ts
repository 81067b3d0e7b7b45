import type { Container, Database, SqlParameter } from "@azure/cosmos";
import type { z } from "zod";
import { azureCredential } from "./identity.ts";
import { logLine } from "./telemetry.ts";
import { tolerant } from "../contracts/unknown-fields.ts";

export const CONTAINERS = {
  incidents: "/incidentId",
  alerts: "/id",
  servers: "/serverId",
  instructions: "/serverId",
  memory: "/serverId",
  baselines: "/serverId",
  system: "/id",
} as const;
export type ContainerName = keyof typeof CONTAINERS;

/** Where a document is: its container, its id and the value of its partition key; and how long after its last writing it is of use. */
export type Address = { container: ContainerName; id: string; partition: string; ttlSeconds?: number };
export type Stored<T> = { value: T; etag: string };
/** What a search came to; `unreadable` names what this version cannot read, as `<partition>/<id>`. */
export type Found<T> = { found: Stored<T>[]; unreadable: string[] };
export type Documents = ReturnType<typeof documentsOf>;

type DocumentSettings = { endpoint: string; key: string | undefined; database: string };
/** A search within one partition names it in its condition, as `@partition`: not every endpoint limits a query by the option alone. */
type Search = { container: ContainerName; sql: string; parameters: SqlParameter[]; partition?: string };

/** The client's errors are objects of its own that carry the answer's status as `code`. */
const statusOf = (error: unknown): number =>
  typeof error === "object" && error !== null && "code" in error ? Number(error.code) : Number.NaN;

async function openDatabase({ endpoint, key, database }: DocumentSettings): Promise<Database> {
  const { CosmosClient } = await import("@azure/cosmos"); // a third of a second of a cold start
  const client = new CosmosClient({
    endpoint,
    ...(key === undefined ? { aadCredentials: await azureCredential() } : { key }),
    connectionPolicy: { enableEndpointDiscovery: key === undefined, requestTimeout: 10_000 },
  });
  return client.database(database);
}

/** Cosmos DB as documents with ETags. Conflicts are values; an outage rejects. Only features that every endpoint has are used. */
export function documentsOf(settings: DocumentSettings) {
  let opening: Promise<Database> | undefined;
  const database = (): Promise<Database> => (opening ??= openDatabase(settings));
  const containerOf = async (name: ContainerName): Promise<Container> => (await database()).container(name);

  return {
    /** Loads the client ahead of the first document. */
    prepare: async (): Promise<void> => void (await database()),
    /** Reads one document; null when it is not there. Rejects for one that this version cannot read: nothing is built on it. */
    read: async <T>(at: Address, schema: z.ZodType<T>): Promise<Stored<T> | null> => {
      const { resource, statusCode } = await (
        await containerOf(at.container)
      )
        .item(at.id, at.partition)
        .read<Record<string, unknown>>();
      if (statusCode === 404 || resource === undefined) return null;
      const read = parsed(resource, schema);
      if (read.ok) return read.stored;
      throw new UnreadableDocument(at.container, [`${at.partition}/${at.id} (${read.because})`]);
    },
    /** Creates a document, once: a second creation of the same id changes nothing. */
    create: async (at: Address, value: object): Promise<"created" | "exists"> => {
      try {
        await (await containerOf(at.container)).items.create(asDocument(at, value));
        return "created";
      } catch (error) {
        if (statusOf(error) === 409) return "exists";
        throw error;
      }
    },
    /** Replaces a document if nobody else changed it since it was read. */
    replace: async (at: Address, value: object, etag: string): Promise<"replaced" | "stale"> => {
      try {
        await (
          await containerOf(at.container)
        )
          .item(at.id, at.partition)
          .replace(asDocument(at, value), { accessCondition: { type: "IfMatch", condition: etag } });
        return "replaced";
      } catch (error) {
        if (statusOf(error) === 412 || statusOf(error) === 404) return "stale";
        throw error;
      }
    },
    /** Writes a document whatever was there. */
    put: async (at: Address, value: object): Promise<void> => {
      await (await containerOf(at.container)).items.upsert(asDocument(at, value));
    },
    /** Removes a document; with an ETag only if nobody changed it. */
    remove: async (at: Address, etag?: string): Promise<"removed" | "stale"> => {
      try {
        const options = etag === undefined ? {} : { accessCondition: { type: "IfMatch", condition: etag } };
        await (await containerOf(at.container)).item(at.id, at.partition).delete(options);
        return "removed";
      } catch (error) {
        if (statusOf(error) === 404) return "removed";
        if (statusOf(error) === 412) return "stale";
        throw error;
      }
    },
    /** All documents that a query finds. One that cannot be read does not hide its neighbours; whoever needs all asks `allOf`. */
    search: async <T>(search: Search, schema: z.ZodType<T>): Promise<Found<T>> => {
      const { container, sql, parameters, partition } = search;
      if (partition !== undefined && !sql.includes(`${CONTAINERS[container].replace("/", "c.")} = @partition`))
        throw new Error(`a search within a partition of ${container} must name it: ${sql}`);
      const within = partition === undefined ? [] : [{ name: "@partition", value: partition }];
      const { resources } = await (
        await containerOf(container)
      ).items
        .query<Record<string, unknown>>(
          { query: sql, parameters: [...parameters, ...within] },
          partition === undefined ? {} : { partitionKey: partition },
        )
        .fetchAll();
      const answer: Found<T> = { found: [], unreadable: [] };
      for (const resource of resources) {
        const read = parsed(resource, schema);
        if (read.ok) answer.found.push(read.stored);
        else answer.unreadable.push(passedOver(container, resource, read.because));
      }
      return answer;
    },
    /** Rejects when the account cannot be reached. */
    ping: async (): Promise<void> => {
      await (await database()).read();
    },
  };
}

/** Every document that a search found. Rejects when one of them cannot be read: to leave it out would be to act as if it were not there. */
export function allOf<T>(container: ContainerName, { found, unreadable }: Found<T>): T[] {
  if (unreadable.length > 0) throw new UnreadableDocument(container, unreadable);
  return found.map(({ value }) => value);
}

/** A document that this version cannot read: another one wrote it. It is left as it is. */
export class UnreadableDocument extends Error {
  override readonly name = "UnreadableDocument";
  constructor(container: ContainerName, which: readonly string[]) {
    super(`this version cannot read what is stored in ${container}: ${which.join(", ")}`);
  }
}

type Parsed<T> = { ok: true; stored: Stored<T> } | { ok: false; because: string };

/**
 * Fields that Cosmos adds, and those that `asDocument` adds, are not part of the value. Fields that the schema does not name
 * are: a newer version may have written them, and they must outlive being written back.
 */
function parsed<T>(resource: Record<string, unknown>, schema: z.ZodType<T>): Parsed<T> {
  const isOwn = (name: string): boolean => !name.startsWith("_") && name !== "id" && name !== "ttl";
  const value = Object.fromEntries(Object.entries(resource).filter(([name]) => isOwn(name)));
  const read = tolerant(schema).safeParse(value);
  if (read.success) return { ok: true, stored: { value: read.data, etag: String(resource["_etag"]) } };
  // Where it does not fit, and not what stands there: that may be text of a watched database.
  return { ok: false, because: read.error.issues.map(({ path, code }) => `${path.join(".")}: ${code}`).join(", ") };
}

/** What was told of once is not told of again: searches are repeated every few seconds. */
const told = new Set<string>();
const MOST_TOLD = 1_000;

/** Tells that a document was left out of a search, and answers its name. */
function passedOver(container: ContainerName, resource: Record<string, unknown>, because: string): string {
  const name = `${String(resource[CONTAINERS[container].slice(1)])}/${String(resource["id"])}`;
  const version = `${container} ${name} ${String(resource["_etag"])}`;
  if (told.has(version)) return name;
  if (told.size < MOST_TOLD) told.add(version);
  const body = `${container}: this version cannot read ${name} and passes over it (${because})`;
  logLine({ level: "warning", body, attributes: {}, at: new Date() });
  return name;
}

function asDocument(at: Address, value: object): Record<string, unknown> & { id: string } {
  const partitionField = CONTAINERS[at.container].slice(1);
  const { ttlSeconds } = at;
  return {
    ...value,
    [partitionField]: at.partition,
    id: at.id,
    ...(ttlSeconds === undefined ? {} : { ttl: ttlSeconds }),
  };
}
