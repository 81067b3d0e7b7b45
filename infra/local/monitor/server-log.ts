// Log Analytics on this machine, for one table: the log of the local server, as rows of PGSQLServerLogs.
import { open } from "node:fs/promises";
import { z } from "zod";
import type { JsonAnswer, JsonRequest } from "../json-server.ts";

export const LOGS_PATH = /^\/v1\/subscriptions\/.+\/query$/i;
/** So much of the end of the log is looked through. */
const MOST_BYTES = 16 * 2 ** 20;
const MOST_ROWS = 50_000;
const COLUMNS = [
  ["TimeGenerated", "datetime"],
  ["ProcessId", "long"],
  ["ErrorLevel", "string"],
  ["Message", "string"],
  ["Detail", "string"],
  ["Context", "string"],
  ["Statement", "string"],
  ["SqlErrorCode", "string"],
] as const;
/** What further lines of a message say, by their label. */
const PARTS: Readonly<Record<string, keyof Row>> = { DETAIL: "Detail", CONTEXT: "Context", STATEMENT: "Statement" };

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Query = z.object({
  query: z.string().min(1),
  timespan: z
    .string()
    .transform((span) => span.split("/"))
    .pipe(z.tuple([Instant, Instant])),
});
type Row = Partial<Record<(typeof COLUMNS)[number][0], string | number>>;

/** Answers a query of the server's log by its time span; other queries need Kusto, which is not here. */
export async function logsAnswer(logFile: string | undefined, { body }: JsonRequest): Promise<JsonAnswer> {
  const wish = Query.safeParse(body);
  if (!wish.success) return refused(400, "BadArgumentError", z.prettifyError(wish.error));
  if (!wish.data.query.includes("PGSQLServerLogs"))
    return refused(400, "BadArgumentError", "of the tables of Log Analytics only PGSQLServerLogs is here");
  if (logFile === undefined) return refused(404, "PathNotFoundError", "the server is not on this machine");
  const [from, to] = wish.data.timespan;
  const isWithin = ({ TimeGenerated }: Row): boolean => {
    const time = Date.parse(String(TimeGenerated));
    return time >= from && time <= to;
  };
  const found = rowsOf(await tailOf(logFile))
    .filter(isWithin)
    .toReversed()
    .slice(0, MOST_ROWS);
  const columns = COLUMNS.map(([name, type]) => ({ name, type }));
  const rows = found.map((row) => COLUMNS.map(([name]) => row[name] ?? ""));
  return { status: 200, body: { tables: [{ name: "PrimaryResult", columns, rows }] } };
}

const refused = (status: number, code: string, message: string): JsonAnswer => ({
  status,
  body: { error: { code, message } },
});

async function tailOf(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MOST_BYTES);
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    return buffer.toString("utf8");
  } finally {
    await file.close();
  }
}

/** `%m [%p] %q%u@%d %a ` and the label, as infra/local/postgres/server.ts sets it. */
const LINE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) UTC \[(\d+)\] (?:\S*@\S* .*? )?([A-Z]+\d?):  (.*)$/;

function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let part: keyof Row = "Message";
  for (const line of text.split("\n")) {
    const [, day, time, pid, label = "", said = ""] = LINE.exec(line) ?? [];
    const last = rows.at(-1);
    if (day === undefined || time === undefined) {
      // A tab begins the further lines of a text.
      if (last !== undefined && line.startsWith("\t")) last[part] = `${String(last[part] ?? "")}\n${line.slice(1)}`;
      continue;
    }
    part = PARTS[label] ?? "Message";
    if (part !== "Message" || label === "HINT") {
      if (last !== undefined && part !== "Message") last[part] = said;
      continue;
    }
    // Azure's own prefix, `%t-%c-`, stands before the message there too.
    const prefix = `${day} ${time.slice(0, 8)} UTC-${Number(pid).toString(16)}.0-${label}:  `;
    rows.push({ TimeGenerated: `${day}T${time}Z`, ProcessId: Number(pid), ErrorLevel: label, Message: prefix + said });
  }
  return rows;
}
