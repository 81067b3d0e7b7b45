import type { Session } from "../adapters/postgres.ts";
import type { WorkloadStatement } from "../advisor/advice.ts";
import { tableNames } from "../advisor/scans.ts";
import { descendants, fieldsIn, fingerprintOf, type Node, nodesIn, parseSql } from "../advisor/syntax.ts";
import { runningStatements } from "../catalogue/diagnostics/running-statements.ts";
import { statementTexts } from "../catalogue/diagnostics/statement-texts.ts";
import type { Interval } from "./interval.ts";

/** Statements below this share of the interval's time cannot explain it. */
const SHARE_TO_MATTER = 0.01;
const MOST_STATEMENTS = 40;
const MOST_EXAMPLES = 5;
const PLANNABLE = new Set(["SelectStmt", "UpdateStmt", "DeleteStmt", "InsertStmt"]);

export type Workload = {
  statements: WorkloadStatement[];
  tableNames: string[];
  tablesOf: Map<string, string[]>;
  /** The role that runs each statement. */
  roles: Map<string, string>;
  /** What UPDATE statements set. */
  updates: { key: string; table: string; columns: string[] }[];
  /** Statements that ask for every column. */
  wide: Set<string>;
  /** What took time and is no query: COPY, VACUUM, CREATE INDEX … */
  maintenance: { key: string; command: string; totalMs: number }[];
  unparsed: { key: string; because: string }[];
};

export const emptyWorkload = (): Workload => ({
  statements: [],
  tableNames: [],
  tablesOf: new Map(),
  roles: new Map(),
  updates: [],
  wide: new Set(),
  maintenance: [],
  unparsed: [],
});

/** The texts and syntax of the statements that took the time, with examples of them as they are called right now. */
export async function readWorkload(session: Session, interval: Interval, statementsSchema: string): Promise<Workload> {
  const costly = interval.statements
    .filter(({ totalMs }) => totalMs >= interval.totalMs * SHARE_TO_MATTER)
    .slice(0, MOST_STATEMENTS);
  const texts = await session.query(statementTexts(statementsSchema), [costly.map(({ key }) => key)]);
  const examples = await readExamples(session);
  const workload = emptyWorkload();
  for (const { key, totalMs } of costly) {
    const text = texts.find((known) => known.key === key);
    if (text === undefined) continue;
    if (text.role !== null) workload.roles.set(key, text.role);
    const parsed = await parseSql(text.query);
    if (!parsed.ok) {
      workload.unparsed.push({ key, because: parsed.because });
      continue;
    }
    const [syntax] = parsed.statements;
    if (syntax === undefined) continue;
    if (PLANNABLE.has(syntax.kind)) {
      const known = examples.get(await fingerprintOf(text.query)) ?? [];
      addStatement(workload, { key, query: text.query, syntax, totalMs, examples: known });
    } else workload.maintenance.push({ key, command: commandOf(text.query), totalMs });
  }
  return { ...workload, tableNames: [...new Set(workload.tableNames)].toSorted() };
}

const commandOf = (query: string): string =>
  (/^\s*([a-z]+( (index|view|materialized))?)/i.exec(query)?.[1] ?? "").toUpperCase();

function addStatement(workload: Workload, statement: WorkloadStatement): void {
  const { key, syntax } = statement;
  const names = tableNames(syntax);
  workload.statements.push(statement);
  workload.tableNames.push(...names);
  workload.tablesOf.set(key, names);
  if (asksForAll(syntax)) workload.wide.add(key);
  const table = fieldsIn(syntax.fields["relation"])?.["relname"];
  if (syntax.kind === "UpdateStmt" && typeof table === "string") {
    const columns = nodesIn(syntax.fields["targetList"]).map(({ fields }) =>
      typeof fields["name"] === "string" ? fields["name"] : "",
    );
    workload.updates.push({ key, table, columns });
  }
}

const asksForAll = (syntax: Node): boolean =>
  nodesIn(syntax.fields["targetList"]).some((target) =>
    [...descendants(target.fields)].some(({ kind }) => kind === "A_Star"),
  );

/** Statements as sessions run them now, by the fingerprint that PostgreSQL's parser gives to all calls of one statement. */
async function readExamples(session: Session): Promise<Map<string, { query: string; syntax: Node }[]>> {
  const examples = new Map<string, { query: string; syntax: Node }[]>();
  for (const { query } of await session.query(runningStatements)) {
    const parsed = await parseSql(query);
    const [syntax] = parsed.ok ? parsed.statements : [];
    if (syntax === undefined) continue;
    const print = await fingerprintOf(query);
    const known = examples.get(print) ?? [];
    // A driver's parameters stay parameters in the text; what the application wrote out beside them is there.
    if (known.length < MOST_EXAMPLES && !known.some((other) => other.query === query))
      examples.set(print, [...known, { query, syntax }]);
  }
  return examples;
}
