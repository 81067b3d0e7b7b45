// Kusto's own parser and binder, as Microsoft publishes it for its editors: finds what Log Analytics would refuse.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";

type List<T> = { Count: number; getItem: (at: number) => T };
type Diagnostic = { Severity: string; Message: string; Start: number };
type Code = { GetDiagnostics: () => List<Diagnostic> };
type Table = { WithName: (name: string) => Table };
type Globals = { WithDatabase: (database: object) => Globals };
type Kusto = {
  Language: {
    GlobalState: { Default: Globals };
    KustoCode: { ParseAndAnalyze: (text: string, globals: Globals) => Code };
    Symbols: {
      TableSymbol: { From: (columns: string) => Table };
      DatabaseSymbol: { $ctor3: new (name: string, alternateName: null, members: Table[], isOpen: boolean) => object };
    };
  };
};

/** The columns that PgMedic's queries may name, of https://learn.microsoft.com/azure/azure-monitor/reference/tables-index. */
const COMMON =
  "TimeGenerated:datetime, OperationId:string, OperationName:string, ParentId:string, AppRoleName:string, " +
  "AppRoleInstance:string, AppVersion:string, Properties:dynamic, ItemCount:int, _ResourceId:string";
const TIMED =
  "Id:string, Name:string, Success:bool, ResultCode:string, DurationMs:real, PerformanceBucket:string, Measurements:dynamic";
const TABLES: Readonly<Record<string, string>> = {
  AppRequests: `${COMMON}, ${TIMED}, Url:string, Source:string`,
  AppDependencies: `${COMMON}, ${TIMED}, Target:string, DependencyType:string, Data:string`,
  AppTraces: `${COMMON}, Message:string, SeverityLevel:int`,
  AppMetrics: `${COMMON}, Name:string, Sum:real, Min:real, Max:real`,
  AppExceptions: `${COMMON}, ProblemId:string, ExceptionType:string, OuterType:string, OuterMessage:string, SeverityLevel:int, Details:dynamic`,
  AppEvents: `${COMMON}, Name:string, Measurements:dynamic`,
  PGSQLServerLogs:
    "TimeGenerated:datetime, BackendType:string, ErrorLevel:string, Message:string, Detail:string, DetailLog:string, Hint:string, " +
    "Context:string, Query:string, Statement:string, SqlErrorCode:string, ProcessId:int, LogicalServerName:string, ReplicaRole:string, _ResourceId:string",
  // Its other columns come into being with the first record that has them.
  AzureDiagnostics:
    "TimeGenerated:datetime, Category:string, OperationName:string, ResourceId:string, _ResourceId:string",
};

function loadKusto(): Kusto {
  const resolve = createRequire(import.meta.url).resolve;
  // Browser scripts: they leave their names behind in the global object.
  for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"])
    runInThisContext(readFileSync(resolve(`@kusto/language-service-next/${file}`), "utf8"), { filename: file });
  // The package's types are a hundred thousand lines: these few are what is used of it.
  return (globalThis as unknown as { Kusto: Kusto }).Kusto;
}

const { Language } = loadKusto();
const tables = Object.entries(TABLES).map(([name, columns]) =>
  Language.Symbols.TableSymbol.From(`(${columns})`).WithName(name),
);
const globals = Language.GlobalState.Default.WithDatabase(
  new Language.Symbols.DatabaseSymbol.$ctor3("logs", null, tables, false),
);

/** What is wrong with a query, in Kusto's words; nothing when Log Analytics would run it. */
export function kustoProblems(query: string): string[] {
  const found = Language.KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, at) => {
    const { Severity, Message, Start } = found.getItem(at);
    return `${Severity} at ${Start}: ${Message}`;
  });
}
