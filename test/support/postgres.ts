// A real PostgreSQL for one test file: `const cluster = await startCluster()`, a database for each test, `cluster.stop()`.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "../../infra/local/postgres/server.ts";
import { temporaryFolder } from "./process.ts";

const PASSWORD = "test";

type TestDatabase = {
  name: string;
  url: string;
  query: pg.Client["query"];
  /** Ends this object's own session, so that the database can be a template. */
  disconnect: () => Promise<void>;
  drop: () => Promise<void>;
};

export type Cluster = {
  port: number;
  /** The superuser's URL of a database; default: the maintenance database. */
  url: (database?: string) => string;
  /** A new database; copied from `template` when given (to which nobody may be connected then). */
  createDatabase: (template?: string) => Promise<TestDatabase>;
  /** Runs the work with a new database, which is dropped afterwards. */
  withDatabase: <T>(work: (database: TestDatabase) => Promise<T>, template?: string) => Promise<T>;
  stop: () => Promise<void>;
};

/** Starts a cluster of its own on a free port. It writes nothing to disk for certain: fast, and lost with the test. */
export async function startCluster(settings: Record<string, string> = {}): Promise<Cluster> {
  const folder = temporaryFolder();
  // As root the server runs as another user, who must be able to enter.
  chmodSync(folder.path, 0o711);
  const server = await startPostgres({
    dataFolder: join(folder.path, "data"),
    port: 0,
    password: PASSWORD,
    settings: { fsync: "off", full_page_writes: "off", ...settings },
  });
  const url = (database = "postgres") => server.url(database);
  let count = 0;

  const administer = async (sql: string) => {
    const client = new pg.Client({ connectionString: url() });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };

  const createDatabase = async (template?: string): Promise<TestDatabase> => {
    count += 1;
    const name = `test_${count}`;
    // File copy is quicker than a copy through the log for small templates.
    const from = template === undefined ? "" : ` template ${pg.escapeIdentifier(template)} strategy file_copy`;
    await administer(`create database ${name}${from}`);
    const client = new pg.Client({ connectionString: url(name) });
    client.on("error", () => {});
    await client.connect();
    return {
      name,
      url: url(name),
      query: client.query.bind(client),
      disconnect: () => client.end(),
      drop: async () => {
        await client.end();
        await administer(`drop database ${name} with (force)`);
      },
    };
  };

  return {
    port: server.port,
    url,
    createDatabase,
    withDatabase: async (work, template) => {
      const database = await createDatabase(template);
      try {
        return await work(database);
      } finally {
        await database.drop();
      }
    },
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}
