import type { Postgres } from "../adapters/postgres.ts";
import { activity } from "../catalogue/diagnostics/activity.ts";
import { GATEWAY, type Place } from "../catalogue/gateway.ts";
import type { Insight } from "../contracts/diagnostic-run.ts";
import type { Server } from "../contracts/server.ts";
import type { LoadVerdict } from "../contracts/taxonomy.ts";
import { cutText } from "../core/cut-text.ts";
import { loadOf } from "./load.ts";
import { one, readServerFacts } from "./take-snapshot.ts";

const MOST_BYTES_OF_A_CELL = 4_000;
const MOST_ROWS = 200;

/** What a bounded diagnostic came to. */
export type Answered = Pick<Insight, "outcome" | "because" | "load" | "rows" | "rowCount">;
type Asked = { actionId: string; parameters: unknown };

export const notAnswered = (
  outcome: "refused" | "failed",
  because: string,
  load: LoadVerdict | null = null,
): Answered => ({ outcome, because, load, rows: [], rowCount: 0 });

/**
 * Runs one bounded diagnostic as the investigator: its name and typed parameters are all that is taken. One that reads the tables
 * themselves is refused unless the server is clear. At most 200 rows, with texts of at most 4,000 bytes. Never rejects.
 */
export async function askGateway(
  postgres: Postgres,
  server: Server,
  { actionId, parameters }: Asked,
): Promise<Answered> {
  const diagnostic = GATEWAY.get(actionId);
  if (diagnostic === undefined) return notAnswered("refused", `there is no diagnostic ${actionId}`);
  try {
    const purpose = { server, applicationName: "pgmedic/gateway" };
    return await postgres.asInvestigator(purpose, async (session) => {
      const facts = await readServerFacts(session);
      const load = loadOf(await one(session.query(activity)), {
        vCores: server.vCores,
        maxConnections: facts.max_connections,
        cpuPercent: null,
      });
      if (diagnostic.risk === "bounded" && load !== "clear")
        return notAnswered(
          "refused",
          `the server is ${load}: this reads its tables, and waits until it is clear`,
          load,
        );
      const place: Place = {
        version: facts.version,
        schemas: server.schemas,
        statementsSchema: facts.statements_schema,
        statementsVersion: facts.statements_version ?? 0,
      };
      const binding = diagnostic.bind(parameters, place);
      if (!binding.ok) return notAnswered("refused", binding.because, load);
      const rows = await session.query(binding.bound.statement, binding.bound.values);
      return {
        outcome: "answered",
        because: null,
        load,
        rows: rows.slice(0, MOST_ROWS).map(asRecord),
        rowCount: rows.length,
      };
    });
  } catch (failure) {
    return notAnswered("failed", failure instanceof Error ? failure.message : String(failure));
  }
}

const asRecord = (row: unknown): Record<string, unknown> =>
  typeof row === "object" && row !== null ? Object.fromEntries(Object.entries(row).map(shortened)) : { value: row };

/** Two hundred rows with a statement each must fit into a document. */
const shortened = ([column, value]: [string, unknown]): [string, unknown] => [
  column,
  typeof value === "string" ? cutText(value, MOST_BYTES_OF_A_CELL) : value,
];
