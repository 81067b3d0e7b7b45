// The documents in memory: `@vercel/cosmosdb-server`, used below its HTTP server so that its content can be restored.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type accountModule from "@vercel/cosmosdb-server/lib/account/index.js";
import type routesModule from "@vercel/cosmosdb-server/lib/routes.js";
import { z } from "zod";
import type { Journal, Place, Stored } from "./journal.ts";

// `require`, because Node and vitest import the default of a CommonJS module differently; it knows no types, hence `as`.
const require = createRequire(import.meta.url);
const { default: Account } = require("@vercel/cosmosdb-server/lib/account/index.js") as typeof accountModule;
const { default: findRoute } = require("@vercel/cosmosdb-server/lib/routes.js") as typeof routesModule;

export type Store = { account: InstanceType<typeof Account> };

const Parameters = z.object({
  dbId: z.string().optional(),
  collId: z.string().optional(),
  docId: z.string().optional(),
});
type Handler = (
  ...call: [account: Store["account"], request: IncomingMessage, response: ServerResponse, parameters: object]
) => unknown;
const Route = z.tuple([Parameters.loose(), z.custom<Handler>((value) => typeof value === "function")]);

/** What a request is about, and the function of the package that serves it. */
export type Route = { parameters: z.infer<typeof Parameters>; handler: Handler };

/** The route of a request, undefined when the package has none. */
export function routeOf(request: IncomingMessage): Route | undefined {
  const found = Route.safeParse(findRoute(request));
  return found.success ? { parameters: found.data[0], handler: found.data[1] } : undefined;
}

/** Fills a new store from the journal; etags and times are those that clients have seen. */
export function restore(journal: Journal, address: { host: string; port: number }): Store {
  const account = new Account(address.host, address.port);
  for (const { database, definition } of journal.containers()) ensureContainer({ account }, database, definition);
  for (const { database, container, document } of journal.documents()) {
    const { documents } = account.database(database).collection(container);
    documents._ridCount += 1;
    const _rid = documents._rid(documents._ridCount);
    documents._set({ ...document, _rid, _self: documents._self(_rid) });
  }
  return { account };
}

/** Creates the container (and its database) unless it is there; true when it was created. */
export function ensureContainer({ account }: Store, database: string, definition: Stored): boolean {
  if (!exists(account.database(database))) account.databases.create({ id: database });
  const { collections } = account.database(database);
  if (hasContainer({ account }, { database, container: definition.id })) return false;
  collections.create(definition);
  return true;
}

export function hasContainer({ account }: Store, place: Place): boolean {
  return (
    exists(account.database(place.database)) && exists(account.database(place.database).collection(place.container))
  );
}

/** The partition of a document as JSON text, the form in which requests name it too. */
export function partitionOf({ account }: Store, place: Place, document: Stored): string {
  const partition: unknown = account
    .database(place.database)
    .collection(place.container)
    .documents._getPartition(document);
  return JSON.stringify(partition ?? null);
}

// `read` is typed as if an item were always there; for a missing one it gives undefined.
const exists = (item: { read: () => unknown }): boolean => item.read() !== undefined && item.read() !== null;
