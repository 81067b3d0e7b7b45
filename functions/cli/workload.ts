import { readFile } from "node:fs/promises";
import type { Session } from "../../shared/adapters/postgres.ts";
import type { Workload, WorkloadStatement } from "../../shared/advisor/advice.ts";
import { parseSql, splitSql } from "../../shared/advisor/syntax.ts";
import type { Server } from "../../shared/contracts/server.ts";
import { type Asked, catalogFor } from "../../shared/investigation/advise-workload.ts";
import { readServerFacts } from "../../shared/investigation/take-snapshot.ts";

/** The queries of a file, each as if it ran once: they have no frequency that writes could be weighed against. */
export async function writtenWorkload(session: Session, server: Server, file: string): Promise<Asked> {
  const statements = await queriesOf(await readFile(file, "utf8"));
  const { version } = await readServerFacts(session);
  const workload: Workload = { statements, seconds: 1, writesPerSecond: () => 0 };
  return {
    catalog: await catalogFor(session, server, { version, statements }),
    workload,
    interval: null,
    unparsed: [],
  };
}

async function queriesOf(text: string): Promise<WorkloadStatement[]> {
  const queries = await splitSql(text);
  return Promise.all(
    queries.map(async (query, at) => {
      const parsed = await parseSql(query);
      const syntax = parsed.ok ? parsed.statements[0] : undefined;
      if (syntax === undefined)
        throw new Error(`query ${at + 1} of the file does not parse: ${parsed.ok ? "it is empty" : parsed.because}`);
      return { key: `query/${String(at + 1).padStart(3, "0")}`, query, syntax, totalMs: 1_000 };
    }),
  );
}
