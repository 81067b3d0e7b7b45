import type { Choice } from "../advisor/advice.ts";
import { candidateName } from "../advisor/candidates.ts";
import { known } from "../catalogue/actions/index.ts";
import type { ServerReport } from "../contracts/server-report.ts";
import type { Server } from "../contracts/server.ts";
import { indexName } from "../core/index-name.ts";
import { percentText } from "../core/percent.ts";
import type { Advised } from "../investigation/advise-workload.ts";

/** A cause must take at least this share of the statement time to be proposed: below it, mending it would not be felt. */
const SHARE_TO_BLAME = 0.2;
const MOST_REFUSED = 100;
const MOST_CHARACTERS = 2_000;

type Made = Extract<ServerReport, { outcome: "made" }>;
type Judged = { proposed: Choice[]; refused: { what: string; because: string }[] };

/** What PgMedic would have proposed from what the server has counted so far, and what it would have refused, with the reasons. */
export function reportOn(advised: Advised, { serverId }: Server, now: Date): Made {
  const { asked, advice } = advised;
  const { proposed, refused } = judge(advised);
  const statements = statementsFor(advice.chosen);
  const countedMs = asked.interval?.totalMs ?? 0;
  return {
    outcome: "made",
    serverId,
    madeAt: now.toISOString(),
    since: asked.interval?.from ?? now.toISOString(),
    statements: asked.workload.statements.length,
    countedMs,
    share: weightOf(advised) / Math.max(1, countedMs),
    proposed: proposed.map((choice) => ({
      statements: statements.get(choice) ?? [],
      cause: choice.need,
      savedShare: choice.savedMs / Math.max(1, weightOf(advised)),
      bytes: choice.bytes,
      queries: choice.gains.map(({ statement }) => statement.query.slice(0, MOST_CHARACTERS)),
    })),
    forDevelopers: forDevelopers(advised),
    refused: refused.slice(0, MOST_REFUSED),
    unplanned: advice.unplanned.map(({ key, because }) => ({ what: key, because })),
  };
}

/** An incident's proposal is the index that saves most; what saves too little to be felt is refused like what no plan would use. */
function judge(advised: Advised): Judged {
  const { advice } = advised;
  const shareOf = ({ savedMs }: Choice): number => savedMs / Math.max(1, weightOf(advised));
  const proposed = advice.chosen.filter((choice) => shareOf(choice) >= SHARE_TO_BLAME);
  const tooLittle = advice.chosen
    .filter((choice) => !proposed.includes(choice))
    .map((choice) => ({
      what: candidateName(choice.candidate),
      because: `it would save only ${percentText(shareOf(choice) * 100)} of the statement time: worth having, but no cause of an incident`,
    }));
  return { proposed, refused: [...tooLittle, ...advice.rejected] };
}

/** What is wrong with queries themselves; those that an advised index serves as they are left out. */
export function forDevelopers({ queries, advice, asked }: Pick<Advised, "queries" | "advice" | "asked">) {
  const served = new Set(advice.chosen.flatMap(({ gains }) => gains.map(({ statement }) => statement.key)));
  return queries
    .filter(({ key }) => !served.has(key))
    .map(({ key, statement, recommendation }) => ({
      problem: statement,
      recommendation,
      query: (asked.workload.statements.find((one) => one.key === key)?.query ?? "").slice(0, MOST_CHARACTERS),
    }));
}

/** The statements that build each index of an advice, under names that are free. */
export function statementsFor(chosen: readonly Choice[]): Map<Choice, string[]> {
  const taken: string[] = [];
  return new Map(
    chosen.map((choice) => {
      const { table, shape } = choice.candidate;
      const name = indexName(table.table, shape, [...taken, ...table.indexes.map(({ index }) => index)]);
      taken.push(name);
      const parameters = { schema: table.schema, table: table.table, name, ...shape };
      return [choice, known({ kind: "create_index", parameters }).statements];
    }),
  );
}

/** What all statements weigh together, in ms. */
export const weightOf = ({ asked }: Advised): number =>
  asked.workload.statements.reduce((sum, { totalMs }) => sum + totalMs, 0);
