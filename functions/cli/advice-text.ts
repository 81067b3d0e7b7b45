import type { Choice } from "../../shared/advisor/advice.ts";
import { candidateName } from "../../shared/advisor/candidates.ts";
import type { Advised } from "../../shared/investigation/advise-workload.ts";
import { forDevelopers, statementsFor, weightOf } from "../../shared/proposal/server-report.ts";
import type { Timed } from "./advise.ts";

export const oneLine = (query: string, length = 100): string => {
  const text = query.replaceAll(/\s+/g, " ").trim();
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
};
export const megabytes = (bytes: number): string =>
  `${Math.max(1, Math.round(bytes / 2 ** 20)).toLocaleString("en")} MB`;
const figure = (value: number): string => Math.round(value).toLocaleString("en");
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

const totals = ({ advice: { costs } }: Advised): { before: number; after: number } => ({
  before: costs.reduce((sum, { before }) => sum + before, 0),
  after: costs.reduce((sum, { after }) => sum + after, 0),
});
const shareOf = (choice: Choice, advised: Advised): number => {
  if (advised.asked.interval !== null) return choice.savedMs / Math.max(1, weightOf(advised));
  const saved = choice.gains.reduce((sum, { before, after }) => sum + before.cost - after.cost, 0);
  return saved / Math.max(1, totals(advised).before);
};

export function adviceAsJson(advised: Timed): string {
  const { advice, queries, ms } = advised;
  const statements = statementsFor(advice.chosen);
  const indexes = advice.chosen.map((choice) => ({
    statement: statements.get(choice)?.find((text) => text.startsWith("CREATE INDEX")) ?? "",
    statements: statements.get(choice) ?? [],
    need: choice.need,
    bytes: choice.bytes,
    savedShare: shareOf(choice, advised),
    helps: choice.gains.map(({ statement, before, after }) => ({
      query: statement.query,
      before: before.cost,
      after: after.cost,
    })),
    together: choice.together.map(candidateName),
    missingExtension: choice.missingExtension,
    insteadOf: choice.insteadOf,
  }));
  const { rejected, unplanned, problems, explains } = advice;
  const planCost = totals(advised);
  return JSON.stringify(
    { indexes, planCost, queries, rejected, unplanned, problems, explains, ms: Math.round(ms) },
    null,
    2,
  );
}

export function adviceAsText(advised: Timed): string {
  const { advice, asked, ms } = advised;
  const { before, after } = totals(advised);
  const bytes = advice.chosen.reduce((sum, choice) => sum + choice.bytes, 0);
  const statements = statementsFor(advice.chosen);
  const lines = [
    advice.chosen.length === 0
      ? "No index would help this workload enough to be worth its keep."
      : `${advice.chosen.length} indexes, ${megabytes(bytes)}: the plan cost of ${asked.workload.statements.length} statements falls to ${percent(after / Math.max(1, before))}.`,
    ...advice.chosen.flatMap((choice, at) => [
      "",
      ...choiceLines(choice, at + 1, statements.get(choice) ?? []),
      ...gainLines(choice, advised),
    ]),
    ...section("Queries that no index helps", developerLines(forDevelopers(advised))),
    ...section(
      "Not advised",
      advice.rejected.map(({ what, because }) => `${what}: ${because}`),
    ),
    ...section(
      "Not planned",
      advice.unplanned.map(({ key, because }) => `${key}: ${because}`),
    ),
    ...section("Not rebuilt in the clone", advice.problems),
    "",
    `${advice.explains} plans in ${(ms / 1000).toFixed(1)} s, none of them on the server, where nothing was changed.`,
  ];
  return lines.join("\n");
}

function choiceLines(
  { need, bytes, together, missingExtension, insteadOf }: Choice,
  number: number,
  statements: readonly string[],
): string[] {
  const notes = [
    ...(together.length === 0 ? [] : [`helps only along with ${together.map(candidateName).join(", ")}`]),
    ...(missingExtension === null ? [] : [`needs the extension ${missingExtension}`]),
    ...(insteadOf === null ? [] : [`${insteadOf} has these columns in an order that does not serve`]),
  ];
  return [
    ...statements.map((statement, at) => `${at === 0 ? `${number}.`.padEnd(4) : "    "}${statement};`),
    `    ${[need.replaceAll("_", " "), megabytes(bytes), ...notes].join(" · ")}`,
  ];
}

/** Queries that no index mends, with what does. */
export const developerLines = (problems: ReturnType<typeof forDevelopers>): string[] =>
  problems.flatMap(({ problem, recommendation, query }) => [`${problem} ${recommendation}`, `    ${oneLine(query)}`]);

const MOST_GAINS = 4;

function gainLines(choice: Choice, advised: Advised): string[] {
  const of = advised.asked.interval === null ? "plan cost" : "statement time";
  const sorted = choice.gains.toSorted((a, b) => b.savedMs - a.savedMs);
  const more = sorted.length - MOST_GAINS;
  return [
    `    by itself saves ${percent(shareOf(choice, advised))} of the ${of}`,
    ...sorted
      .slice(0, MOST_GAINS)
      .map(
        ({ statement, before, after }) =>
          `    cost ${figure(before.cost)} → ${figure(after.cost)}: ${oneLine(statement.query)}`,
      ),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

export const section = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : ["", `${title}:`, ...items.map((item) => `    ${item}`)];
