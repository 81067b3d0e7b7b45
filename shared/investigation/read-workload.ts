import type { Session } from "../adapters/postgres.ts";
import type { WorkloadStatement } from "../advisor/choose-index.ts";
import { tableNames } from "../advisor/scans.ts";
import { parseSql } from "../advisor/syntax.ts";
import { statementTexts } from "../catalogue/diagnostics/statement-texts.ts";
import type { Interval } from "./interval.ts";

/** Statements below this share of the interval's time cannot explain it. */
const SHARE_TO_MATTER = 0.01;
const MOST_STATEMENTS = 40;
const PLANNABLE = new Set(["SelectStmt", "UpdateStmt", "DeleteStmt", "InsertStmt"]);

export type Workload = {
  statements: WorkloadStatement[];
  tableNames: string[];
  unparsed: { key: string; because: string }[];
};

/** The texts and syntax of the statements that took the time. */
export async function readWorkload(session: Session, interval: Interval, statementsSchema: string): Promise<Workload> {
  const costly = interval.statements
    .filter(({ totalMs }) => totalMs >= interval.totalMs * SHARE_TO_MATTER)
    .slice(0, MOST_STATEMENTS);
  const texts = await session.query(statementTexts(statementsSchema), [costly.map(({ key }) => key)]);
  const workload: Workload = { statements: [], tableNames: [], unparsed: [] };
  for (const { key, totalMs } of costly) {
    const query = texts.find((text) => text.key === key)?.query;
    if (query === undefined) continue;
    const parsed = await parseSql(query);
    if (!parsed.ok) {
      workload.unparsed.push({ key, because: parsed.because });
      continue;
    }
    const [syntax] = parsed.statements;
    if (syntax === undefined || !PLANNABLE.has(syntax.kind)) continue;
    workload.statements.push({ key, query, syntax, totalMs });
    workload.tableNames.push(...tableNames(syntax));
  }
  return { ...workload, tableNames: [...new Set(workload.tableNames)].toSorted() };
}
