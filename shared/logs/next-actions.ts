import type { LogFindingKind, NextAction } from "../contracts/log-triage.ts";

type Parameters = NextAction["parameters"];
const action = (actionId: string, label: string, parameters: Parameters = {}): NextAction => ({
  actionId,
  label,
  parameters,
});

/** Asks a person: the log alone does not tell more, or only a person can know. */
export const askPerson = (question: string): NextAction => action("prompt_user", question, { question });

/** What to look at next for each kind of finding: names of diagnostics, with what the log told as parameters. */
const NEXT: Readonly<Record<LogFindingKind, (parameters: Parameters) => NextAction[]>> = {
  crash: () => [
    action("server-facts", "Since when the server runs, and with which version"),
    action("setting-value", "How much memory sessions may take", { name: "work_mem" }),
    askPerson("Did somebody change the server, its size or its load before the crash?"),
  ],
  corruption: (parameters) => [
    action("indexes", "Which indexes the table has, and whether they are valid", parameters),
    askPerson("Data pages are damaged: is a restore to a point in time to be prepared, and support to be called?"),
  ],
  wraparound: (parameters) => [
    action("table-upkeep", "Which tables are oldest, and when they were vacuumed", parameters),
    action("prepared-transactions", "Prepared transactions that hold the horizon"),
    action("replication-slots", "Slots that hold the horizon"),
  ],
  out_of_disk: () => [
    action("replication-slots", "Slots that keep WAL"),
    action("tables", "The largest tables"),
    askPerson("Can the storage be enlarged now?"),
  ],
  out_of_memory: () => [
    action("setting-value", "Memory for each sort and hash", { name: "work_mem" }),
    action("activity", "What runs now, and how many sessions"),
  ],
  too_many_connections: () => [
    action("activity", "Who is connected, by role, application and state"),
    action("setting-value", "How many sessions are allowed", { name: "max_connections" }),
    action("waiting-sessions", "Whether sessions pile up behind a lock"),
  ],
  authentication_failed: (parameters) => [action("role-facts", "Whether the role may sign in", parameters)],
  connection_churn: () => [
    action("activity", "Who is connected, by role, application and state"),
    askPerson("Does the application use a connection pool?"),
  ],
  connections_lost: () => [askPerson("Were clients stopped or the network changed at that time?")],
  slow_statement: (parameters) => [
    action("statement-texts", "Find it in pg_stat_statements and plan it", parameters),
    action("table-counters", "How its tables are read"),
  ],
  lock_wait: (parameters) => [
    action("waiting-sessions", "Who waits for whom now", parameters),
    action("activity", "How long the transactions have been open"),
  ],
  deadlock: () => [askPerson("In which order do these transactions lock their rows?")],
  temporary_files: (parameters) => [
    action("statement-texts", "Find the statement and plan it", parameters),
    action("setting-value", "Memory for each sort and hash", { name: "work_mem" }),
  ],
  frequent_checkpoints: () => [action("setting-value", "How much WAL between checkpoints", { name: "max_wal_size" })],
  slow_checkpoints: () => [
    action("setting-value", "How checkpoints are spread", { name: "checkpoint_completion_target" }),
    action("database-counters", "What the server writes and reads"),
  ],
  vacuum_blocked: (parameters) => [
    action("activity", "The oldest transactions"),
    action("prepared-transactions", "Prepared transactions that hold the horizon"),
    action("replication-slots", "Slots that hold the horizon"),
    action("table-upkeep", "Dead rows of the table", parameters),
  ],
  long_vacuum: (parameters) => [
    action("table-upkeep", "Dead rows and the last vacuums of the table", parameters),
    action("setting-value", "How many autovacuum workers there are", { name: "autovacuum_max_workers" }),
  ],
  vacuum_cancelled: (parameters) => [
    action("table-upkeep", "Dead rows and the last vacuums of the table", parameters),
    action("waiting-sessions", "Who takes locks on the table", parameters),
  ],
  statement_timeout: (parameters) => [
    action("statement-texts", "Find the statement and plan it", parameters),
    action("waiting-sessions", "Whether it waits for a lock"),
  ],
  lock_timeout: (parameters) => [action("waiting-sessions", "Who waits for whom now", parameters)],
  cancelled_by_user: (parameters) => [action("statement-texts", "Find the statement and plan it", parameters)],
  terminated_sessions: () => [action("activity", "Sessions that idle in a transaction")],
  replication: () => [action("replication-slots", "Slots, and how far each is behind")],
  archiving: () => [
    action("database-counters", "What the server writes"),
    askPerson("Is the place that WAL is archived to reachable and not full?"),
  ],
  configuration: (parameters) => [action("setting-value", "What is set now, and by whom", parameters)],
  error: () => [askPerson("Is this error known to the application's owners?")],
};

export const nextActions = (kind: LogFindingKind, parameters: Parameters = {}): NextAction[] => NEXT[kind](parameters);
