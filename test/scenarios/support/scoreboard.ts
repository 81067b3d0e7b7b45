// What the scenarios say of the diagnosis, for a terminal and for a page.
import { isRight } from "./judge.ts";
import type { Played } from "./play.ts";

export type Scores = {
  scenarios: number;
  cause: number;
  action: number;
  parameters: number;
  decoys: number;
  decoysRejected: number;
  controls: number;
  falsePositives: string[];
  harmful: string[];
  healed: number;
  healing: number;
  p50: number;
  p95: number;
};

/** The value below or at which this share of the values lies (nearest rank). */
const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;

export function scoresOf(played: readonly Played[]): Scores {
  const decoys = played.filter(({ scenario }) => scenario.decoyOf !== undefined);
  const controls = played.filter(({ scenario }) => scenario.isControl === true);
  const healing = played.filter(({ healed }) => healed !== null);
  const seconds = played.flatMap(({ answer }) => (answer === null ? [] : [answer.ms / 1_000]));
  return {
    scenarios: played.length,
    cause: played.filter(({ mark }) => mark.cause).length,
    action: played.filter(({ mark }) => mark.action).length,
    parameters: played.filter(({ mark }) => mark.parameters).length,
    decoys: decoys.length,
    decoysRejected: decoys.filter(({ mark, answer }) => answer !== null && mark.harm.length === 0).length,
    controls: controls.length,
    falsePositives: controls.filter(({ answer }) => answer?.proposal !== null).map(({ name }) => name),
    harmful: played.filter(({ mark }) => mark.harm.some((one) => one.startsWith("proposes"))).map(({ name }) => name),
    healed: healing.filter(({ healed, scenario }) => healed === scenario.heals).length,
    healing: healing.length,
    p50: percentile(seconds, 0.5),
    p95: percentile(seconds, 0.95),
  };
}

const LEAST_CAUSE = 0.95;
const MOST_SECONDS = 5;

/** Whether the diagnosis can be trusted. */
export const isGoodEnough = (scores: Scores): boolean =>
  scores.cause >= scores.scenarios * LEAST_CAUSE &&
  scores.decoysRejected === scores.decoys &&
  scores.harmful.length === 0 &&
  scores.falsePositives.length === 0 &&
  scores.p95 <= MOST_SECONDS;

const ofAll = (part: number, whole: number): string =>
  `${part} of ${whole}${whole === 0 ? "" : ` (${((part / whole) * 100).toFixed(1)} %)`}`;
const orNone = (names: readonly string[]): string =>
  names.length === 0 ? "0" : `${names.length}: ${names.join(", ")}`;

export const totals = (scores: Scores): [string, string][] => [
  ["right cause", ofAll(scores.cause, scores.scenarios)],
  ["right action", ofAll(scores.action, scores.scenarios)],
  ["exact parameters", ofAll(scores.parameters, scores.scenarios)],
  ["decoys rejected", ofAll(scores.decoysRejected, scores.decoys)],
  [`false positives in ${scores.controls} controls`, orNone(scores.falsePositives)],
  ["harmful proposals", orNone(scores.harmful)],
  ["approved, carried out and verified", ofAll(scores.healed, scores.healing)],
  ["alert to answer", `p50 ${scores.p50.toFixed(1)} s, p95 ${scores.p95.toFixed(1)} s`],
];

/** One line for a terminal. */
export function line({ name, mark, answer, healed }: Played): string {
  const seconds = answer === null ? "" : `${(answer.ms / 1_000).toFixed(1)} s`;
  const end = healed === null ? "" : `; then ${healed}`;
  const harm = mark.harm.length === 0 ? "" : ` MUST NOT: ${mark.harm.join("; ")}`;
  return `${isRight(mark) ? "right" : "WRONG"}  ${name.padEnd(42)} ${seconds.padStart(6)}  ${mark.answered.slice(0, 110)}${end}${harm}`;
}

const tick = (isTrue: boolean): string => (isTrue ? "✓" : "✗");

/** The page of the last run. */
export function page(played: readonly Played[], notes: readonly string[]): string {
  const scores = scoresOf(played);
  const rows = played.map(({ name, scenario, mark, answer, healed }) => {
    const kind = [
      scenario.decoyOf === undefined ? "" : `decoy of ${scenario.decoyOf}`,
      scenario.isControl ? "control" : "",
    ];
    const cells = [
      name,
      kind.filter((one) => one !== "").join(", "),
      tick(mark.cause),
      tick(mark.action),
      tick(mark.parameters),
      mark.harm.length === 0 ? "" : "✗",
      answer === null ? "–" : (answer.ms / 1_000).toFixed(1),
      healed ?? "",
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `# Scoreboard of the diagnosis

Written by \`npm run bench:diagnosis\`. Each row is one folder beside this file: a server in a known state, an alert, and one right answer.

${notes.map((note) => `- ${note}`).join("\n")}

${totals(scores)
  .map(([what, figure]) => `- ${what}: ${figure}`)
  .join("\n")}

| scenario | kind | cause | action | parameters | must not | seconds | carried out |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
}
