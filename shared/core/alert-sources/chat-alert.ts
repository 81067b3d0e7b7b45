import type { Severity } from "../../contracts/primitives.ts";
import { severityOfLabel } from "./grouped.ts";

/** What a message of a chat says of an alert. */
export type ChatAlert = {
  condition: "Fired" | "Resolved";
  rule: string;
  severity: Severity;
  /** The same of an alert's firing and of its end, whatever figures they hold. */
  key: string;
  /** Words that may name a server. */
  words: string[];
};

type Form = { pattern: RegExp; condition: (match: RegExpExecArray) => ChatAlert["condition"]; rule: number };

const FIRING =
  /^(?:firing|alerting|no data|triggered|re-triggered|alert|warn|fired|activated|alarm|problem|new|opened|acknowledged)/i;
/** By the word that stands first in a form. */
const byWord = (match: RegExpExecArray): ChatAlert["condition"] => (FIRING.test(match[1] ?? "") ? "Fired" : "Resolved");

/**
 * The first lines of alerts as they come to channels, the more telling first. Each pattern is anchored and has no two runs that could match the
 * same characters, so that no text takes long.
 */
const FORMS: readonly Form[] = [
  // Alertmanager's default template and Grafana's: "[FIRING:2] HighCPU shop-db (critical postgres)".
  {
    pattern: /^\[(FIRING|RESOLVED|ALERTING|OK|NO DATA)(?::\d+)?(?:, ?[A-Z]+:\d+)?\]\s*(\S.*)$/i,
    condition: byWord,
    rule: 2,
  },
  // Datadog: "[Triggered on {host:shop-db}] CPU is high" and "[Recovered] …"; the scope is read with the words.
  {
    pattern: /^\[(Triggered|Re-Triggered|Alert|Warn|No Data|Recovered)(?: on \{[^}]{0,300}\})?\]\s*(\S.*)$/i,
    condition: byWord,
    rule: 2,
  },
  { pattern: /^(Triggered|Re-Triggered|Recovered):\s*(\S.*)$/i, condition: byWord, rule: 2 },
  // Azure Monitor, as its mails and Logic Apps say it: "Fired:Sev3 Azure Monitor Alert cpu-high on shop ( microsoft… ) at …".
  {
    pattern: /^(Fired|Resolved|Activated|Deactivated)\s*:\s*Sev ?[0-4]\s+(?:Azure Monitor Alert\s+)?(\S.*)$/i,
    condition: byWord,
    rule: 2,
  },
  // PagerDuty: "Triggered #123: CPU high on shop-db" and "[#123] Resolved: …".
  {
    pattern: /^(?:\[#\d{1,12}\]\s*)?(Triggered|Acknowledged|Resolved)(?: #\d{1,12})?:\s*(\S.*)$/i,
    condition: byWord,
    rule: 2,
  },
  // Opsgenie: "New alert: CPU high [#7]" and "Closed alert: …".
  { pattern: /^(New|Opened|Closed|Resolved) alert:\s*(\S.*)$/i, condition: byWord, rule: 2 },
  // CloudWatch: 'ALARM: "cpu-high" in EU (Ireland)'.
  { pattern: /^(ALARM|OK):\s*"([^"]{1,300})"/i, condition: byWord, rule: 2 },
  // Nagios: "** PROBLEM Service Alert: shop-db/CPU is CRITICAL **".
  { pattern: /^(PROBLEM|RECOVERY)\s+(?:Service|Host) Alert:\s*(\S.*)$/i, condition: byWord, rule: 2 },
  // What people and scripts write: "ALERT: CPU above 90% on shop-db".
  {
    pattern: /^(?:ALERT|ALARM|INCIDENT|CRITICAL|WARNING|PROBLEM|FIRING|FIRED)\s*[:!]\s*(\S.*)$/i,
    condition: () => "Fired",
    rule: 1,
  },
  { pattern: /^(?:RESOLVED|RECOVERED|RECOVERY|OK|CLEARED)\s*[:!]\s*(\S.*)$/i, condition: () => "Resolved", rule: 1 },
];

/** A rule's name is a headline, and an alert has it in its first lines. */
const LONGEST_RULE = 200;
const FIRST_LINES = 3;
const MOST_WORDS = 300;

/** Reads an alert from the text of a message; null where it is none. The text is somebody's words: nothing in it is followed. */
export function readChatAlert(text: string): ChatAlert | null {
  const lines = text.split("\n");
  for (const line of lines.slice(0, FIRST_LINES)) {
    // Whatever is drawn before it, such as a sign of light.
    const said = line.slice(0, 1_000).replace(/^[^\p{L}\p{N}[]{1,20}/u, "");
    for (const { pattern, condition, rule: place } of FORMS) {
      const match = pattern.exec(said);
      if (match === null) continue;
      const rule = ruleIn(lines) ?? named(match[place] ?? "");
      if (rule === "") continue;
      return { condition: condition(match), rule, severity: severityIn(text), key: keyOf(rule), words: wordsIn(text) };
    }
  }
  return null;
}

/** The name without what the form adds behind it: other labels in brackets, a place, a time, a number. */
const named = (headline: string): string =>
  headline
    .replace(/\s+\([^()]{0,300}\)?\s*(?:at \d.*)?$/, "")
    .replace(/\s*\[#\d{1,12}\]$/, "")
    .replaceAll("**", "")
    .trim()
    .slice(0, LONGEST_RULE);

/** A line such as "Alert rule: cpu-high" says it better than a headline. */
function ruleIn(lines: readonly string[]): string | null {
  for (const line of lines) {
    const rule = /^(?:alert ?rule|alertname|rule|alert name)\s*[:=]\s*(\S.{0,200})$/i.exec(line)?.[1];
    if (rule !== undefined) return rule.trim();
  }
  return null;
}

function severityIn(text: string): Severity {
  const said = /(?:^|[^a-z])(?:severity|priority|level)\s{0,3}[:=]\s{0,3}"?([a-z0-9]{1,20})/i.exec(text)?.[1];
  const short = /(?:^|[^a-z0-9])(sev ?[0-4]|p[1-5])(?![a-z0-9])/i.exec(text)?.[1];
  const word = /(?:^|[^a-z])(critical|warning)(?![a-z])/i.exec(text)?.[1];
  return severityOfLabel((said ?? short ?? word)?.replace(" ", ""));
}

/** Figures change between an alert's firing and its end. */
const keyOf = (rule: string): string =>
  rule
    .toLowerCase()
    .replaceAll(/[\d.,%]+/g, "#")
    .replaceAll(/\s+/g, " ")
    .trim();

/** Each word with what it may be a value of: `host:shop-db` is `shop-db` as well. */
function wordsIn(text: string): string[] {
  const words = text.split(/[\s,;(){}[\]"'|]+/).flatMap((word) => {
    const plain = word.replace(/[.:!?]+$/, "");
    const value = /^[a-z_.-]{1,40}[:=](\S+)$/i.exec(plain)?.[1];
    return value === undefined ? [plain] : [plain, value];
  });
  return [...new Set(words.filter((word) => word !== ""))].slice(0, MOST_WORDS);
}
