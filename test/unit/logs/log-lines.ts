// A log as a busy server writes it: mostly statements with durations, and now and then everything else. The same lines in every run.
export const PREFIX = "%m [%p] %q%u@%d ";

const FIRST_MS = Date.UTC(2026, 10, 20, 8);
const USERS = ["shop_app", "reporting", "batch", "admin"];
const TABLES = ["orders", "order_items", "customers", "products", "payments", "sessions", "audit_log", "stock"];
const WORDS = ["alpha", "O''Neil", "berlin", "pending", "2026-11-01", "a@example.com", "x; drop table y", "größe"];

/** Lines without end, each with its newline; messages of several lines are one text. */
export function* logLines(seed: number): Generator<string> {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const pick = (items: readonly string[]): string => items[below(items.length)] ?? "";
  let nowMs = FIRST_MS;
  let stamp = "";
  let stampMs = -1;
  for (;;) {
    nowMs += below(9);
    if (nowMs !== stampMs) stamp = new Date(nowMs).toISOString().replace("T", " ").replace("Z", " UTC");
    stampMs = nowMs;
    const pid = 1_000 + below(200);
    const head = `${stamp} [${pid}] `;
    const session = `${head}${pick(USERS)}@shop `;
    const table = pick(TABLES);
    const kind = below(1_000);
    const ms = (below(1_000) ** 3 / 1e6 + 0.05).toFixed(3);
    if (kind < 420)
      yield `${session}LOG:  duration: ${ms} ms  statement: SELECT t.id, t.status, t.total, c.name FROM ${table} t JOIN customers c ON c.id = t.customer_id WHERE t.id = ${below(1e6)} AND c.city = '${pick(WORDS)}' ORDER BY t.created_at DESC LIMIT ${below(100)}\n`;
    else if (kind < 640)
      yield `${session}LOG:  duration: ${ms} ms  execute <unnamed>: UPDATE ${table} SET status = $1, updated_at = now() WHERE id = $2 AND version = $3\n${session}DETAIL:  Parameters: $1 = '${pick(WORDS)}', $2 = '${below(1e6)}', $3 = '${below(50)}'\n`;
    else if (kind < 760)
      yield `${session}LOG:  duration: ${ms} ms  statement: INSERT INTO ${table} (id, a, b, c) VALUES (${below(1e6)}, '${pick(WORDS)}', ${below(1e4) / 100}, null), (${below(1e6)}, '${pick(WORDS)}', 1.5, null)\n`;
    else if (kind < 840)
      yield `${session}LOG:  duration: ${ms} ms  statement: SELECT count(*)\n\t  FROM ${table}\n\t WHERE created_at >= '2026-0${1 + below(9)}-01'\n\t   AND id IN (${Array.from({ length: 3 + below(20) }, () => below(1e6)).join(", ")})\n\t GROUP BY status -- by hand\n`;
    else if (kind < 930) yield* connections(head, session, pid, below);
    else if (kind < 960)
      yield `${session}ERROR:  duplicate key value violates unique constraint "${table}_pkey"\n${session}DETAIL:  Key (id)=(${below(1e6)}) already exists.\n${session}STATEMENT:  INSERT INTO ${table} (id) VALUES (${below(1e6)})\n`;
    else yield* rare({ head, session, pid, table, pick, below }, kind);
  }
}

type Below = (limit: number) => number;

function* connections(head: string, session: string, pid: number, below: Below): Generator<string> {
  yield `${head}LOG:  connection received: host=10.0.0.${below(250)} port=${30_000 + below(30_000)}\n`;
  yield `${session}LOG:  connection authorized: user=shop_app database=shop application_name=api\n`;
  if (pid % 2 === 0)
    yield `${session}LOG:  disconnection: session time: 0:00:0${below(9)}.${100 + below(899)} user=shop_app database=shop host=10.0.0.7 port=41234\n`;
}

type Scene = {
  head: string;
  session: string;
  pid: number;
  table: string;
  pick: (items: readonly string[]) => string;
  below: Below;
};

function* rare({ head, session, pid, table, below }: Scene, kind: number): Generator<string> {
  const tail = `${session}CONTEXT:  while updating tuple (${below(9_999)},${below(99)}) in relation "${table}"\n${session}STATEMENT:  UPDATE ${table} SET total = ${below(1e4)} WHERE id = ${below(1e6)}\n`;
  if (kind < 970)
    yield `${session}LOG:  process ${pid} still waiting for ShareLock on transaction ${below(1e6)} after 1000.${100 + below(899)} ms\n${session}DETAIL:  Process holding the lock: ${1_000 + below(200)}. Wait queue: ${pid}.\n${tail}`;
  else if (kind < 976)
    yield `${session}LOG:  process ${pid} acquired ShareLock on transaction ${below(1e6)} after ${1_000 + below(9_000)}.123 ms\n${tail}`;
  else if (kind < 984)
    yield `${session}LOG:  temporary file: path "base/pgsql_tmp/pgsql_tmp${pid}.${below(9)}", size ${below(5e8)}\n${session}STATEMENT:  SELECT * FROM ${table} ORDER BY total DESC, ${below(5)}\n`;
  else if (kind < 988)
    yield `${session}ERROR:  canceling statement due to statement timeout\n${session}STATEMENT:  SELECT sum(total) FROM ${table} WHERE a = ${below(100)}\n`;
  else if (kind < 992)
    yield `${head}LOG:  automatic vacuum of table "shop.public.${table}": index scans: 1\n\tpages: 0 removed, ${below(9_999)} remain, 50 scanned (10.00% of total)\n\ttuples: ${below(5_000)} removed, ${50_000 + below(50_000)} remain, ${below(20_000)} are dead but not yet removable\n\tremovable cutoff: 7311, which was 12 XIDs old when operation ended\n\tsystem usage: CPU: user: 0.10 s, system: 0.01 s, elapsed: ${below(20)}.${below(99)} s\n`;
  else if (kind < 994)
    yield `${head}LOG:  automatic analyze of table "shop.public.${table}" system usage: CPU: user: 0.10 s, system: 0.01 s, elapsed: 0.${10 + below(89)} s\n`;
  else if (kind < 996)
    yield `${head}LOG:  checkpoint starting: ${below(2) === 0 ? "wal" : "time"}\n${head}LOG:  checkpoint complete: wrote ${below(9_999)} buffers (5.3%); 0 WAL file(s) added, 0 removed, 3 recycled; write=${below(200)}.123 s, sync=0.0${below(99)} s, total=${below(200)}.456 s; sync files=50, longest=0.010 s, average=0.001 s; distance=49152 kB, estimate=49152 kB\n`;
  else if (kind < 997)
    yield `${session}FATAL:  password authentication failed for user "nobody"\n${session}DETAIL:  Role "nobody" does not exist.\n`;
  else if (kind < 998)
    yield `${head}LOG:  checkpoints are occurring too frequently (${5 + below(20)} seconds apart)\n${head}HINT:  Consider increasing the configuration parameter "max_wal_size".\n`;
  else if (kind < 999) yield `${session}FATAL:  sorry, too many clients already\n`;
  else
    yield `${session}ERROR:  deadlock detected\n${session}DETAIL:  Process ${pid} waits for ShareLock on transaction 5; blocked by process 7.\n\tProcess 7 waits for ShareLock on transaction 6; blocked by process ${pid}.\n\tProcess ${pid}: UPDATE ${table} SET a = ${below(99)} WHERE id = ${below(99)}\n\tProcess 7: UPDATE customers SET b = ${below(99)} WHERE id = 5\n${session}HINT:  See server log for query details.\n${session}STATEMENT:  UPDATE ${table} SET a = 1 WHERE id = 2\n`;
}
