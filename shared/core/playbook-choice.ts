import type { Playbook } from "../contracts/playbook.ts";

/** What is known of an alert when a playbook is chosen for it. */
export type Occasion = { metric: string | null; rule: string };

/** The playbook for looks without a complaint, and for alerts that no other answers. */
export const FALLBACK = "generalMonitoring";

/** The playbook that answers an alert: by its metric, else by the words of its rule, else the general one. Null without even that. */
export function choosePlaybook(playbooks: ReadonlyMap<string, Playbook>, { metric, rule }: Occasion): Playbook | null {
  const known = [...playbooks.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const byMetric =
    metric === null ? undefined : known.find(({ alerts }) => alerts.metrics.some((one) => isOf(metric, one)));
  if (byMetric !== undefined) return byMetric;
  const words = wordsOf(rule);
  // One name may stand within another: the longest is meant.
  const byName = known
    .filter(({ name }) => words.includes(name.toLowerCase()))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  // Of the words that the rule's name has, the first one counts, and of two at one place the longer: "deadlock" is not "dead".
  const byWord = known
    .flatMap((playbook) => playbook.alerts.ruleWords.map((word) => ({ playbook, word, place: placeOf(word, words) })))
    .filter(({ place }) => place >= 0)
    .toSorted((a, b) => a.place - b.place || b.word.length - a.word.length)[0]?.playbook;
  return byName ?? byWord ?? playbooks.get(FALLBACK) ?? null;
}

/** Of "PostgresqlAgeOfXid" the product's name is no part of what it says: without it there is no "lag" in it. */
const wordsOf = (rule: string): string =>
  rule.replace(/([Pp]ostgre(?:SQL|Sql|sql|S|s))(?=[A-Z])/g, "$1 ").toLowerCase();

/** Where a rule's name has a word. Those of several words may be written in one, or with other signs between. */
function placeOf(word: string, words: string): number {
  if (!word.includes(" ")) return words.indexOf(word);
  const parts = word.split(/\s+/).map((part) => part.replaceAll(/[^a-z0-9]/g, String.raw`\$&`));
  return words.search(new RegExp(parts.join(String.raw`[\s_.\-]*`)));
}

const isOf = (metric: string, wanted: string): boolean =>
  wanted.endsWith("*")
    ? metric.toLowerCase().startsWith(wanted.slice(0, -1).toLowerCase())
    : metric.toLowerCase() === wanted.toLowerCase();
