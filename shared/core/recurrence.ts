import type { Memory } from "../contracts/memory.ts";
import type { ActionKind, Cause } from "../contracts/taxonomy.ts";
import { deedOf, figuresOf, inWords } from "./memory-words.ts";
import type { Match, Present } from "./recall.ts";
import { DAY_MS } from "./time.ts";

/** What memory has to say beside the evidence of today: what speaks against the diagnosis, and what would mend it for good. */
export type Remarks = { against: string[]; lasting: string | null };

/** What leaves nothing behind that could still be in place: when the cause comes back, it has simply come back. */
const PASSING: readonly ActionKind[] = [
  "analyze_table",
  "vacuum_table",
  "vacuum_freeze",
  "reindex_index",
  "terminate_backend",
  "cancel_backend",
  "rollback_prepared",
  "drop_replication_slot",
];

/** So often within so many days is no accident any more: the third return within a week, as S3.4 is read here. */
const OFTEN = 3;
const OFTEN_DAYS = 7;

/** What would last, where a cause's own remedy mends only the moment. Setting names as in PostgreSQL's documentation, chapter 19. */
const LASTING: Partial<Record<Cause, string>> = {
  idle_in_transaction:
    "Set idle_in_transaction_session_timeout for the role, and let the application commit before it waits.",
  lock_blocking:
    "Let the application keep its transactions short, and set lock_timeout and idle_in_transaction_session_timeout for its role.",
  ddl_lock_queue: "Let migrations run with a lock_timeout and try again, so that nobody queues behind them.",
  connection_exhaustion: "Put a pooler in front of the application, with a few connections per core.",
  vacuum_blocked:
    "Find the application that keeps the transaction, the prepared transaction or the slot, and mend it there.",
  stale_statistics: "Let autovacuum analyse the table sooner: a smaller autovacuum_analyze_scale_factor on it.",
  table_bloat: "Let autovacuum come sooner: a smaller autovacuum_vacuum_scale_factor on this table.",
  stale_visibility_map:
    "Let autovacuum come sooner: a smaller autovacuum_vacuum_insert_scale_factor on a table that is only inserted into.",
  wraparound_risk: "Find out why autovacuum does not freeze the table in time.",
};
/** An index that was made by hand goes with the next deployment that does not know it. */
const KEEP_INDEX = "Put the index into the application's own migrations, so that no deployment drops it.";

/**
 * What memory says about the present answer. `indexes` are the names of the server's indexes as `schema.index`, null where they are not
 * known. It only ever adds words: what is proven, how grave it is and what may be done stay as they are.
 */
export function remarksOn(
  found: readonly Match[],
  present: Present,
  indexes: ReadonlySet<string> | null,
  now: Date,
): Remarks {
  const same = found
    .filter(({ memory }) => present.fingerprint !== null && memory.fingerprint === present.fingerprint)
    .map(({ memory, outcome }) => ({ memory, outcome }))
    .toSorted((a, b) => (a.memory.endedAt > b.memory.endedAt ? -1 : 1));
  const mended = same.find(({ outcome }) => outcome === "helped" || outcome === "takenBack");
  const isStillThere =
    mended?.outcome === "helped" && mended.memory.action !== null && !PASSING.includes(mended.memory.action.kind);
  const failedElsewhere = found.find(
    ({ memory, outcome }) =>
      (outcome === "takenBack" || outcome === "failed") && isLike(memory, present) && isElsewhere(memory, present),
  );
  return {
    against: [
      ...(isStillThere ? [returned(mended.memory, indexes)] : []),
      ...(failedElsewhere === undefined ? [] : [failedOnAnother(failedElsewhere.memory)]),
    ],
    lasting: lastingRemedy(same, present, now),
  };
}

const isLike = ({ cause, action }: Memory, present: Present): boolean =>
  cause !== null && cause === present.cause && action !== null && action.kind === present.action?.kind;

/** The very same target is the guardrails' business: they refuse it. */
const isElsewhere = ({ action }: Memory, present: Present): boolean => action?.target !== present.action?.target;

function returned(memory: Memory, indexes: ReadonlySet<string> | null): string {
  const { action, effect, endedAt } = memory;
  const deed = action === null ? "an action" : deedOf(action);
  const figures = effect === null ? "" : ` (${figuresOf(effect)})`;
  const said = `The same cause in the same place was mended on ${endedAt.slice(0, 10)} by ${deed}, which helped${figures} and which PgMedic did not take back; yet it has come again.`;
  const { object = null } = action ?? {};
  if (object === null || indexes === null) return said;
  return indexes.has(object)
    ? `${said} The index ${object} is still there.`
    : `${said} The index ${object} is not there any more: somebody dropped it.`;
}

const failedOnAnother = (memory: Memory): string =>
  `For the same cause, on ${memory.endedAt.slice(0, 10)}, ${inWords(memory)}.`;

function lastingRemedy(
  same: readonly Pick<Match, "memory" | "outcome">[],
  { cause, action }: Present,
  now: Date,
): string | null {
  const since = new Date(now.getTime() - OFTEN_DAYS * DAY_MS).toISOString();
  const lately = same.filter(({ memory }) => memory.endedAt >= since);
  if (cause === null || lately.length < OFTEN) return null;
  const wasMade = lately.some(({ memory, outcome }) => memory.action?.kind === "create_index" && outcome === "helped");
  const remedy = action?.kind === "create_index" && wasMade ? KEEP_INDEX : LASTING[cause];
  const often = `This came ${lately.length} times in the last ${OFTEN_DAYS} days, and nothing that was done lasted.`;
  return remedy === undefined ? often : `${often} ${remedy}`;
}
