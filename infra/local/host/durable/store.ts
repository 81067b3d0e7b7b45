import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { HistoryEvent, ParentInstance } from "./events.ts";

export type RuntimeStatus = "Pending" | "Running" | "Suspended" | "Completed" | "Failed" | "Terminated";

export interface Instance {
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly status: RuntimeStatus;
  /** JSON text or null. */
  readonly input: string | null;
  /** The JSON text of the result, or a plain reason. */
  readonly output: string | null;
  readonly customStatus: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly generation: number | null;
  readonly parent: ParentInstance | null;
}

/** An event on its way to an instance; it waits here until an episode takes it. */
export interface Message {
  readonly id: number;
  readonly instanceId: string;
  /** The execution it is meant for; null reaches whichever execution the instance has. */
  readonly executionId: string | null;
  readonly visibleMs: number;
  readonly event: HistoryEvent;
}

export interface ActivityCall {
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly name: string;
  readonly input: string | null;
}

export type PendingActivity = ActivityCall & { readonly id: number };

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS instances (instance_id TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS history (instance_id TEXT NOT NULL, position INTEGER NOT NULL, event TEXT NOT NULL,
    PRIMARY KEY (instance_id, position)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL,
    execution_id TEXT, visible_ms INTEGER NOT NULL, event TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_time ON messages (visible_ms, id);
  CREATE TABLE IF NOT EXISTS activities (id INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL, call TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS timers (function_name TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
`;

type Row = Record<string, unknown>;
const text = (row: Row, column: string): string => String(row[column]);
// Rows hold only JSON that this file wrote.
const parse = <T>(row: Row, column: string): T => JSON.parse(text(row, column)) as T;

export type Store = ReturnType<typeof openStore>;

/**
 * The host's state in one SQLite file. `transaction` is the unit that a kill -9 cannot split; the file is locked
 * for this process, and the operating system frees the lock when the process dies.
 */
export function openStore(folder: string) {
  const db = openDatabase(folder);
  const one = (sql: string, ...values: SqlValue[]): Row | undefined => db.prepare(sql).get(...values);
  const all = (sql: string, ...values: SqlValue[]): Row[] => db.prepare(sql).all(...values);
  const run = (sql: string, ...values: SqlValue[]): number => Number(db.prepare(sql).run(...values).changes);
  return {
    ...instanceTables({ one, all, run }),
    ...queueTables({ one, all, run }),
    timerState: (name: string): unknown => {
      const row = one("SELECT state FROM timers WHERE function_name = ?", name);
      return row === undefined ? undefined : parse<unknown>(row, "state");
    },
    saveTimerState: (name: string, state: unknown): void => {
      run("INSERT OR REPLACE INTO timers VALUES (?, ?)", name, JSON.stringify(state));
    },
    transaction<T>(work: () => T): T {
      db.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
    /** False after the host has stopped; what outlived the stop is then left to the next start. */
    isOpen: (): boolean => db.isOpen,
    close: () => db.close(),
  };
}

function openDatabase(folder: string): DatabaseSync {
  if (folder !== ":memory:") mkdirSync(folder, { recursive: true });
  const file = folder === ":memory:" ? folder : join(folder, "host.sqlite");
  const db = new DatabaseSync(file);
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    db.exec(SCHEMA);
  } catch (error) {
    db.close();
    throw new Error(`Cannot use ${file}: is another Functions host running on this folder?`, { cause: error });
  }
  return db;
}

type SqlValue = string | number | null;

interface Sql {
  readonly one: (sql: string, ...values: SqlValue[]) => Row | undefined;
  readonly all: (sql: string, ...values: SqlValue[]) => Row[];
  /** The number of rows changed. */
  readonly run: (sql: string, ...values: SqlValue[]) => number;
}

const instanceTables = ({ one, all, run }: Sql) => ({
  instance: (id: string): Instance | undefined => {
    const row = one("SELECT state FROM instances WHERE instance_id = ?", id);
    return row === undefined ? undefined : parse<Instance>(row, "state");
  },
  instances: (): Instance[] =>
    all("SELECT state FROM instances ORDER BY instance_id").map((row) => parse<Instance>(row, "state")),
  saveInstance: (instance: Instance): void => {
    run("INSERT OR REPLACE INTO instances VALUES (?, ?)", instance.instanceId, JSON.stringify(instance));
  },
  history: (id: string): HistoryEvent[] =>
    all("SELECT event FROM history WHERE instance_id = ? ORDER BY position", id).map((row) =>
      parse<HistoryEvent>(row, "event"),
    ),
  /** Replaces the history from `position` on. */
  saveHistory: (id: string, position: number, events: readonly HistoryEvent[]): void => {
    run("DELETE FROM history WHERE instance_id = ? AND position >= ?", id, position);
    events.forEach((event, index) =>
      run("INSERT INTO history VALUES (?, ?, ?)", id, position + index, JSON.stringify(event)),
    );
  },
  /** Forgets an instance, what waits for it and what it waits for. */
  deleteInstance: (id: string): void => {
    for (const table of ["instances", "history", "messages", "activities"]) {
      run(`DELETE FROM ${table} WHERE instance_id = ?`, id);
    }
  },
});

const toMessage = (row: Row): Message => ({
  id: Number(row["id"]),
  instanceId: text(row, "instance_id"),
  executionId: row["execution_id"] === null ? null : text(row, "execution_id"),
  visibleMs: Number(row["visible_ms"]),
  event: parse<HistoryEvent>(row, "event"),
});

const queueTables = ({ one, all, run }: Sql) => ({
  /** Messages that may be taken now, in the order of their times. */
  dueMessages: (nowMs: number): Message[] =>
    all("SELECT * FROM messages WHERE visible_ms <= ? ORDER BY visible_ms, id", nowMs).map(toMessage),
  nextMessageMs: (afterMs: number): number | undefined => {
    const row = one("SELECT min(visible_ms) AS next FROM messages WHERE visible_ms > ?", afterMs);
    return row?.["next"] === null || row === undefined ? undefined : Number(row["next"]);
  },
  send: (message: Omit<Message, "id">): void => {
    const { instanceId, executionId, visibleMs, event } = message;
    const sql = "INSERT INTO messages (instance_id, execution_id, visible_ms, event) VALUES (?, ?, ?, ?)";
    run(sql, instanceId, executionId, visibleMs, JSON.stringify(event));
  },
  deleteMessage: (id: number): void => void run("DELETE FROM messages WHERE id = ?", id),
  addActivity: (call: ActivityCall): void => {
    run("INSERT INTO activities (instance_id, call) VALUES (?, ?)", call.instanceId, JSON.stringify(call));
  },
  pendingActivities: (): PendingActivity[] =>
    all("SELECT id, call FROM activities ORDER BY id").map((row) => ({
      ...parse<ActivityCall>(row, "call"),
      id: Number(row["id"]),
    })),
  /** False when it is gone already: its instance was purged or replaced. */
  removeActivity: (id: number): boolean => run("DELETE FROM activities WHERE id = ?", id) > 0,
});
