// What the broker must not forget, in SQLite: every call has been written when it returns, so kill -9 loses nothing.
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table if not exists sequence (queue text primary key, last integer not null);
  create table if not exists message (
    queue text not null,
    sequence integer not null,
    state text not null,
    locked integer not null default 0,
    delivery_count integer not null default 0,
    enqueued_at integer not null,
    scheduled_for integer,
    expires_at integer,
    payload blob not null,
    primary key (queue, sequence)
  );
  create index if not exists message_next on message (queue, state, locked, sequence);
  create index if not exists message_due on message (scheduled_for) where state = 'scheduled';
  create index if not exists message_expiry on message (expires_at) where expires_at is not null;
  create table if not exists seen (queue text, message_id text, at integer not null, primary key (queue, message_id));
`;

type MessageState = "active" | "deferred" | "scheduled";

/** One stored message; times are milliseconds since 1970, `payload` is the encoded AMQP message. */
export type StoredMessage = {
  queue: string;
  sequence: number;
  state: MessageState;
  deliveryCount: number;
  enqueuedAt: number;
  scheduledFor: number | null;
  expiresAt: number | null;
  payload: Buffer;
};

export type Journal = ReturnType<typeof openJournal>;

/** Opens (or creates) the journal file; locks do not outlive the broker, as in a broker failover. */
export function openJournal(path: string) {
  const database = new DatabaseSync(path);
  database.exec(SCHEMA);
  database.exec("update message set locked = 0 where locked = 1");
  const statement = statements(database);
  const rows = (found: Record<string, SQLOutputValue>[]) => found.map(messageFrom);
  const first = (row: Record<string, SQLOutputValue> | undefined) => (row === undefined ? undefined : messageFrom(row));
  return {
    /** Runs several calls as one: all of them are kept, or none. */
    atomically<T>(work: () => T): T {
      database.exec("begin immediate");
      try {
        const result = work();
        database.exec("commit");
        return result;
      } catch (error) {
        database.exec("rollback");
        throw error;
      }
    },
    nextSequence: (queue: string): number => Number(statement.nextSequence.get(queue)?.["last"]),
    insert: (row: StoredMessage) =>
      statement.insert.run(
        row.queue,
        row.sequence,
        row.state,
        row.enqueuedAt,
        row.scheduledFor,
        row.expiresAt,
        row.payload,
      ),
    get: (queue: string, sequence: number) => first(statement.get.get(queue, sequence)),
    nextActive: (queue: string) => first(statement.nextActive.get(queue)),
    listFrom: (queue: string, page: { from: number; count: number }) =>
      rows(statement.listFrom.all(queue, page.from, page.count)),
    due: (now: number) => rows(statement.due.all(now)),
    expired: (now: number) => rows(statement.expired.all(now)),
    exhausted: (queue: string, deliveries: number) => rows(statement.exhausted.all(queue, deliveries)),
    lock: (row: StoredMessage) => statement.lock.run(row.queue, row.sequence),
    unlock: (row: StoredMessage, state: MessageState, deliveryCount: number) =>
      statement.unlock.run(state, deliveryCount, row.payload, row.queue, row.sequence),
    activate: (row: StoredMessage, now: number) => statement.activate.run(now, row.queue, row.sequence),
    move: (row: StoredMessage, to: string) => statement.move.run(to, row.payload, row.queue, row.sequence),
    remove: (queue: string, sequence: number) => statement.remove.run(queue, sequence),
    /** True when this id is new to the queue since `after`; remembers it. */
    isFirst(queue: string, messageId: string, window: { now: number; after: number }): boolean {
      statement.forget.run(queue, window.after);
      return statement.remember.run(queue, messageId, window.now).changes === 1;
    },
    close: () => database.close(),
  };
}

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  const columns = "queue, sequence, state, delivery_count, enqueued_at, scheduled_for, expires_at, payload";
  return {
    nextSequence: prepare(
      "insert into sequence values (?, 1) on conflict (queue) do update set last = last + 1 returning last",
    ),
    insert: prepare(
      "insert into message (queue, sequence, state, enqueued_at, scheduled_for, expires_at, payload) values (?, ?, ?, ?, ?, ?, ?)",
    ),
    get: prepare(`select ${columns} from message where queue = ? and sequence = ? and locked = 0`),
    nextActive: prepare(
      `select ${columns} from message where queue = ? and state = 'active' and locked = 0 order by sequence limit 1`,
    ),
    listFrom: prepare(`select ${columns} from message where queue = ? and sequence >= ? order by sequence limit ?`),
    due: prepare(`select ${columns} from message where state = 'scheduled' and scheduled_for <= ? order by sequence`),
    expired: prepare(`select ${columns} from message where expires_at <= ? and locked = 0 and state <> 'scheduled'`),
    exhausted: prepare(
      `select ${columns} from message where queue = ? and state = 'active' and locked = 0 and delivery_count >= ?`,
    ),
    lock: prepare(
      "update message set locked = 1, delivery_count = delivery_count + 1 where queue = ? and sequence = ?",
    ),
    unlock: prepare(
      "update message set locked = 0, state = ?, delivery_count = ?, payload = ? where queue = ? and sequence = ?",
    ),
    activate: prepare(
      "update message set state = 'active', scheduled_for = null, enqueued_at = ? where queue = ? and sequence = ?",
    ),
    move: prepare(
      "update message set queue = ?, payload = ?, state = 'active', locked = 0, delivery_count = 0, expires_at = null where queue = ? and sequence = ?",
    ),
    remove: prepare("delete from message where queue = ? and sequence = ?"),
    forget: prepare("delete from seen where queue = ? and at < ?"),
    remember: prepare("insert or ignore into seen values (?, ?, ?)"),
  };
}

function messageFrom(row: Record<string, SQLOutputValue>): StoredMessage {
  const state = row["state"];
  const payload = row["payload"];
  if (state !== "active" && state !== "deferred" && state !== "scheduled")
    throw new Error("the journal is damaged: state");
  if (!(payload instanceof Uint8Array)) throw new Error("the journal is damaged: payload");
  const time = (value: SQLOutputValue | undefined) => (value === null || value === undefined ? null : Number(value));
  return {
    queue: String(row["queue"]),
    sequence: Number(row["sequence"]),
    state,
    deliveryCount: Number(row["delivery_count"]),
    enqueuedAt: Number(row["enqueued_at"]),
    scheduledFor: time(row["scheduled_for"]),
    expiresAt: time(row["expires_at"]),
    payload: Buffer.from(payload),
  };
}
