import { ServerLogParameters } from "../shared/catalogue/server-log.ts";
import type { LogFinding, NextAction } from "../shared/contracts/log-triage.ts";
import type { Server } from "../shared/contracts/server.ts";
import { problemsIn } from "../shared/core/schema-problems.ts";
import { later, MINUTE_MS } from "../shared/core/time.ts";
import { triageLogs } from "../shared/logs/triage.ts";
import { services } from "./services.ts";

const MOST_FINDINGS = 20;

export type ReadLog =
  | { outcome: "answered"; rows: Record<string, unknown>[]; rowCount: number; nextActions: NextAction[] }
  | { outcome: "refused" | "failed"; because: string };

/** Reads the server's log of the last minutes and triages it: findings, the worst first, without the values that the messages quote. */
export async function readLog({ resourceId }: Server, parameters: unknown): Promise<ReadLog> {
  const { serverLogs, now } = services();
  const wish = ServerLogParameters.safeParse(parameters);
  if (!wish.success) return { outcome: "refused", because: problemsIn(wish.error, "parameters").join("; ") };
  const to = now();
  const read = await serverLogs.newest({ resourceId, from: later(to, -wish.data.minutes * MINUTE_MS), to });
  if (!read.ok) return { outcome: "failed", because: read.because };
  const input = { name: "the server's log", size: null, chunks: linesOf(read.rows) };
  const { findings, moreFindings } = await triageLogs([input], { most: MOST_FINDINGS });
  return {
    outcome: "answered",
    rows: findings.map(rowOf),
    rowCount: findings.length + moreFindings,
    nextActions: findings.flatMap(({ next_actions }) => next_actions),
  };
}

async function* linesOf(rows: readonly Record<string, unknown>[]): AsyncGenerator<Buffer> {
  for (const row of rows) yield await Promise.resolve(Buffer.from(`${JSON.stringify(row)}\n`));
}

const rowOf = ({ severity, title, count, firstSeen, lastSeen, sample }: LogFinding): Record<string, unknown> => ({
  severity,
  finding: title,
  count,
  first: firstSeen,
  last: lastSeen,
  sample,
});
