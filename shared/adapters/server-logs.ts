import type { LogsQueryClient, LogsQueryResult, LogsTable } from "@azure/monitor-query-logs";
import { z } from "zod";
import { clientOptionsFor, credentialFor, signedOnlyWithTls } from "./azure-client.ts";

/** A query is given up by Azure after this; the runner answers its caller within 20 s. */
const QUERY_SECONDS = 15;
const PATIENCE = { timeoutMs: (QUERY_SECONDS + 2) * 1_000, longestWaitMs: 2_000, retries: 1 } as const;
/** Azure answers at most 500,000 rows, or 64 MB: https://learn.microsoft.com/azure/azure-monitor/service-limits. */
const MOST_ROWS = 50_000;

export type ServerLogs = ReturnType<typeof serverLogsOf>;
export type LogWindow = { resourceId: string; from: Date; to: Date };
/** Rows by column name, the oldest first. `isCut`: there are older ones that were left out. */
export type LogRows =
  | { ok: true; rows: readonly Record<string, unknown>[]; isCut: boolean }
  | { ok: false; because: string };

// A diagnostic setting writes either table. In the older one a column exists only once a record had it.
const TEXTS = [
  ["ErrorLevel", "errorLevel_s"],
  ["Message", "Message"],
  ["Detail", "detail_s"],
  ["Context", "context_s"],
  ["Statement", "statement_s"],
  ["SqlErrorCode", "sqlerrcode_s"],
] as const;
const older = TEXTS.map(([name, column]) => `${name} = column_ifexists("${column}", "")`).join(", ");
/** Public for the test that has Kusto read it. */
export const SERVER_LOG_QUERY = `union isfuzzy=true
  (PGSQLServerLogs | project TimeGenerated, ProcessId = tolong(ProcessId), ${TEXTS.map(([name]) => name).join(", ")}),
  (AzureDiagnostics
    | where Category == "PostgreSQLLogs"
    | project TimeGenerated, ProcessId = tolong(column_ifexists("processId_d", 0.0)), ${older})
| top ${MOST_ROWS} by TimeGenerated desc`;

/** The log of a watched server as Log Analytics keeps it, asked for at the server itself. Whatever goes wrong is a value. */
export function serverLogsOf(endpoint: string | undefined) {
  let client: Promise<LogsQueryClient> | undefined;
  return {
    /** The newest messages of a window, at most 50,000. Azure shows a message some minutes after it was written. */
    newest: async ({ resourceId, from, to }: LogWindow): Promise<LogRows> => {
      if (endpoint === undefined) return refused("no endpoint for logs is set (LOGS_ENDPOINT)");
      client ??= clientFor(endpoint);
      try {
        const { queryResource } = bound(await client);
        const span = { startTime: from, endTime: to };
        return rowsOf(
          await queryResource(resourceId.replace(/^\/+/, ""), SERVER_LOG_QUERY, span, {
            serverTimeoutInSeconds: QUERY_SECONDS,
          }),
        );
      } catch (failure) {
        return refused(reasonOf(failure));
      }
    },
  };
}

const refused = (because: string): LogRows => ({ ok: false, because });
const bound = (client: LogsQueryClient) => ({ queryResource: client.queryResource.bind(client) });

async function clientFor(endpoint: string): Promise<LogsQueryClient> {
  const { LogsQueryClient: Client } = await import("@azure/monitor-query-logs");
  const address = endpoint.replace(/\/+$/, "");
  const client = new Client(await credentialFor(endpoint), {
    ...clientOptionsFor(endpoint, PATIENCE),
    endpoint: `${address}/v1`,
    credentials: { scopes: [`${address}/.default`] },
  });
  return signedOnlyWithTls(endpoint, client);
}

function rowsOf(result: LogsQueryResult): LogRows {
  const isWhole = "tables" in result;
  const [table] = isWhole ? result.tables : result.partialTables;
  const rows = table === undefined ? [] : recordsOf(table).toReversed();
  return { ok: true, rows, isCut: !isWhole || rows.length >= MOST_ROWS };
}

const recordsOf = ({ columnDescriptors, rows }: LogsTable): Record<string, unknown>[] =>
  rows.map((cells) =>
    Object.fromEntries(
      columnDescriptors.map(({ name }, at) => {
        const cell = cells[at];
        return [String(name), cell instanceof Date ? cell.toISOString() : cell];
      }),
    ),
  );

const Refusal = z.looseObject({ statusCode: z.number(), code: z.string().optional(), message: z.string().default("") });

/** What a refusal means, and what a person can do about it. */
function reasonOf(failure: unknown): string {
  const refusal = Refusal.safeParse(failure).data;
  if (refusal === undefined) return failure instanceof Error ? failure.message : String(failure);
  const said = `${refusal.code ?? refusal.statusCode}: ${refusal.message.slice(0, 300)}`;
  switch (refusal.statusCode) {
    case 400:
      return `Log Analytics does not know the server's log yet: the diagnostic setting of infra/modules/server-access.bicep sends it there, and the first message makes its table (${said})`;
    case 401:
    case 403:
      return `the identity of PgMedic may not read the server's log: it needs Monitoring Reader on the server, which infra/modules/server-access.bicep gives (${said})`;
    case 404:
      return `Azure knows no such server, or none of its logs (${said})`;
    case 429:
      return `Log Analytics asks for patience: too many queries within a short time (${said})`;
    default:
      return `Log Analytics answered ${said}`;
  }
}
