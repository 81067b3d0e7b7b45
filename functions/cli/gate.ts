import type { Choice } from "../../shared/advisor/advice.ts";
import type { Advised } from "../../shared/investigation/advise-workload.ts";
import { statementsFor } from "../../shared/proposal/server-report.ts";
import { oneLine, section } from "./advice-text.ts";
import type { Outcome } from "./outcome.ts";

type Failure = { query: string; table: string; index: string; costBefore: number; costAfter: number };

/**
 * Exit code 1 when a query reads a large table from end to end that an index would spare it; 2 when nothing of the file could be
 * planned, since a gate that saw nothing must not open.
 */
export function gate(advised: Advised, { json }: { json: boolean }): Outcome {
  const { advice, asked } = advised;
  const statements = statementsFor(advice.chosen);
  const failures = advice.chosen.flatMap((choice) => failuresOf(choice, statements.get(choice)?.join("; ") ?? ""));
  const planned = asked.workload.statements.length - advice.unplanned.length;
  const exitCode = failures.length > 0 ? 1 : planned === 0 && advice.unplanned.length > 0 ? 2 : 0;
  if (json) return { text: JSON.stringify({ failures, unplanned: advice.unplanned }, null, 2), exitCode };
  const lines = failures.flatMap(({ query, table, index, costBefore, costAfter }) => [
    `${oneLine(query, 200)}`,
    `    reads ${table} from end to end (cost ${Math.round(costBefore)}); with this index it costs ${Math.round(costAfter)}:`,
    `    ${index};`,
  ]);
  const verdict =
    failures.length === 0
      ? `${planned} queries planned: none reads a large table that an index would spare it.`
      : `${new Set(failures.map(({ query }) => query)).size} of ${planned} queries read a large table that an index would spare them.`;
  const unplanned = advice.unplanned.map(({ key, because }) => `${key}: ${because}`);
  return { text: [...lines, verdict, ...section("Not planned", unplanned)].join("\n"), exitCode };
}

function failuresOf(choice: Choice, index: string): Failure[] {
  const { table } = choice.candidate;
  const isScanned = new RegExp(`Seq Scan on (?:\\S+\\.)?"?${table.table.replaceAll(/\W/g, "\\$&")}"?(?:\\s|$)`, "m");
  return choice.gains
    .filter(({ before }) => isScanned.test(before.text))
    .map(({ statement, before, after }) => ({
      query: statement.query,
      table: table.table,
      index,
      costBefore: before.cost,
      costAfter: after.cost,
    }));
}
