// What the document store must not forget, in SQLite: a write is on disk before it is answered.
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table if not exists container (
    database text not null, id text not null, definition text not null, primary key (database, id)
  );
  create table if not exists document (
    database text not null, container text not null, partition text not null, id text not null, body text not null,
    primary key (database, container, partition, id)
  );
`;

const Stored = z.looseObject({ id: z.string() });
export type Stored = z.infer<typeof Stored>;

const ContainerRow = z.object({ database: z.string(), definition: z.string() });
const DocumentRow = z.object({ database: z.string(), container: z.string(), body: z.string() });
const parse = (text: string): Stored => Stored.parse(JSON.parse(text));

/** Where a document or container lives. */
export type Place = { database: string; container: string };

export type Journal = ReturnType<typeof openJournal>;

/** Opens (or creates) the journal file. Partition values are kept as JSON text. */
export function openJournal(path: string) {
  const database = new DatabaseSync(path);
  database.exec(SCHEMA);
  const putContainer = database.prepare("insert or replace into container values (?, ?, ?)");
  // Replacing gives a new row number, so that reading in row order keeps the order of the store in memory.
  const putDocument = database.prepare("insert or replace into document values (?, ?, ?, ?, ?)");
  const removeDocument = database.prepare(
    "delete from document where database = ? and container = ? and partition = ? and id = ?",
  );
  const removals = [
    "delete from document where database = ? and container = ?",
    "delete from container where database = ? and id = ?",
  ];
  const removeContainer = removals.map((sql) => database.prepare(sql));
  const allContainers = database.prepare("select database, definition from container order by rowid");
  const allDocuments = database.prepare("select database, container, body from document order by rowid");
  return {
    putContainer: (inDatabase: string, definition: Stored) =>
      putContainer.run(inDatabase, definition.id, JSON.stringify(definition)),
    removeContainer: (place: Place) => {
      for (const statement of removeContainer) statement.run(place.database, place.container);
    },
    putDocument: (place: Place, partition: string, document: Stored) =>
      putDocument.run(place.database, place.container, partition, document.id, JSON.stringify(document)),
    removeDocument: (place: Place, partition: string, id: string) =>
      removeDocument.run(place.database, place.container, partition, id),
    containers: () =>
      z
        .array(ContainerRow)
        .parse(allContainers.all())
        .map((row) => ({ database: row.database, definition: parse(row.definition) })),
    documents: () =>
      z
        .array(DocumentRow)
        .parse(allDocuments.all())
        .map((row) => ({ database: row.database, container: row.container, document: parse(row.body) })),
    close: () => database.close(),
  };
}
