import type { Choice } from "../../shared/advisor/advice.ts";
import { candidateName } from "../../shared/advisor/candidates.ts";
import { OF_AN_INVESTIGATION } from "../../shared/advisor/choose-index.ts";
import { adviseFor, type Advised } from "./advise.ts";
import { megabytes, oneLine, percent, queryLines, section, statementsFor, weightOf } from "./advice-text.ts";
import type { ReportArguments } from "./arguments.ts";
import { type Outcome, serverOf } from "./outcome.ts";
import { countedWorkload } from "./workload.ts";

/** A cause must take at least this share of the statement time to be proposed: below it, mending it would not be felt. */
const SHARE_TO_BLAME = 0.2;

/** `pgmedic report`: what PgMedic would have proposed from what the server has counted so far, and what it would have refused. */
export async function report(given: ReportArguments): Promise<Outcome> {
  const advised = await adviseFor(given.server, OF_AN_INVESTIGATION, (session) =>
    countedWorkload(session, serverOf(given)),
  );
  const judged = judge(advised);
  return { text: given.json ? JSON.stringify(asJson(judged, advised), null, 2) : asText(judged, advised), exitCode: 0 };
}

type Judged = { proposed: Choice[]; refused: { what: string; because: string }[] };

/** An incident's proposal is the index that saves most; what saves too little to be felt is refused like what no plan would use. */
function judge(advised: Advised): Judged {
  const { advice } = advised;
  const shareOf = ({ savedMs }: Choice): number => savedMs / Math.max(1, weightOf(advised));
  const proposed = advice.chosen.filter((choice) => shareOf(choice) >= SHARE_TO_BLAME);
  const tooLittle = advice.chosen
    .filter((choice) => !proposed.includes(choice))
    .map((choice) => ({
      what: candidateName(choice.candidate),
      because: `it would save only ${percent(shareOf(choice))} of the statement time: worth having, but no cause of an incident`,
    }));
  return { proposed, refused: [...tooLittle, ...advice.rejected] };
}

const asJson = ({ proposed, refused }: Judged, advised: Advised) => ({
  from: advised.asked.interval?.from ?? null,
  to: advised.asked.interval?.to ?? null,
  proposed: proposed.map((choice) => ({
    statements: statementsFor([choice]).get(choice) ?? [],
    cause: choice.need,
    savedShare: choice.savedMs / Math.max(1, weightOf(advised)),
    bytes: choice.bytes,
    queries: choice.gains.map(({ statement }) => statement.query),
  })),
  refused,
  queries: advised.queries,
  unplanned: advised.advice.unplanned,
});

function asText({ proposed, refused }: Judged, advised: Advised): string {
  const { asked, advice } = advised;
  const { interval } = asked;
  const names = statementsFor(advice.chosen);
  const seen = `Looked at ${asked.workload.statements.length} statements that took ${percent(weightOf(advised) / Math.max(1, interval?.totalMs ?? 0))} of the ${Math.round((interval?.totalMs ?? 0) / 1000).toLocaleString("en")} s of statement time counted so far.`;
  const lines = proposed.flatMap((choice) => [
    `${(names.get(choice) ?? []).join("; ")};`,
    `    ${choice.need.replaceAll("_", " ")} · ${megabytes(choice.bytes)} · saves ${percent(choice.savedMs / Math.max(1, weightOf(advised)))} of the statement time`,
    ...choice.gains.map(({ statement }) => `    ${oneLine(statement.query)}`),
  ]);
  return [
    seen,
    ...section("Would have been proposed, each to be approved first", lines.length > 0 ? lines : ["nothing"]),
    ...section("Would have been handed to the developers", queryLines(advised)),
    ...section(
      "Would have been refused",
      refused.map(({ what, because }) => `${what}: ${because}`),
    ),
    ...section(
      "Could not be planned",
      advice.unplanned.map(({ key, because }) => `${key}: ${because}`),
    ),
    "",
    "Nothing was changed.",
  ].join("\n");
}
