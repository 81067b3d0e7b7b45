import type { ReceivedAlert } from "../../contracts/received-alert.ts";

/** What the first line of an alert says. `isPlain`: so much is a matter of wording that without a server's name it may be no alert at all. */
export type Headline = {
  condition: ReceivedAlert["condition"];
  rule: string;
  /** Words that may be a severity, the most telling first. */
  severities: string[];
  isPlain: boolean;
};
type Format = (line: string) => Headline | null;
type Labels = Readonly<Record<string, string>>;

const of = (condition: Headline["condition"], rule: string, ...severities: (string | undefined)[]): Headline | null =>
  rule === "" ? null : { condition, rule, severities: severities.filter((word) => word !== undefined), isPlain: false };

/** Alertmanager's and Grafana's title: `[FIRING:1] Rule (values of the common labels)`; `[FIRING:1, RESOLVED:2]` still fires. */
const bracketed: Format = (line) => {
  const [, word, rest] = /^\[(FIRING|RESOLVED|ALERTING|OK)(?::\d+)?[^\]]{0,40}\]\s*(.*)$/i.exec(line) ?? [];
  if (word === undefined || rest === undefined) return null;
  const [rule = "", inside = ""] = rest.split(/\s\(/, 2);
  const isOver = /^(resolved|ok)$/i.test(word);
  return of(isOver ? "Resolved" : "Fired", rule.trim(), ...inside.replaceAll(/[()]/g, " ").split(/\s+/));
};

/** Datadog: `[P2] [Triggered on {host:shop-db}] Rule`, or `Triggered: Rule`. */
const datadog: Format = (line) => {
  const [, priority, rest = line] = /^\[(P[1-5])\]\s*(.*)$/i.exec(line) ?? [];
  const [, word, rule] =
    /^\[((?:re-)?triggered|renotify|alert|warn|warning|no data|recovered)(?: on [^\]]{0,300})?\]\s*(.*)$/i.exec(rest) ??
    /^((?:re-)?triggered|recovered): (.*)$/i.exec(rest) ??
    [];
  if (word === undefined || rule === undefined) return null;
  const isOver = word.toLowerCase() === "recovered";
  return of(isOver ? "Resolved" : "Fired", rule.trim(), priority, /^warn/i.test(word) ? "warning" : undefined);
};

/** Azure Monitor as a Logic App or its mail titles it: `Fired:Sev3 Azure Monitor Alert rule on server ( type ) at time`. */
const azure: Format = (line) => {
  const [, word, severity, rest = ""] =
    /^(?:azure(?: monitor)?(?: alert)?:? )?(fired|activated|resolved|deactivated)\s?[:|-]\s?(sev ?[0-4])\b[:|\s-]*(.*)$/i.exec(
      line,
    ) ?? [];
  if (word === undefined || severity === undefined) return null;
  const rule = rest.replace(/^azure monitor alert\s+/i, "").replace(/\sat \d{1,4}[/-].*$/, "");
  const isOver = /^(resolved|deactivated)$/i.test(word);
  return of(isOver ? "Resolved" : "Fired", rule.trim(), severity.replace(" ", ""));
};

/** PagerDuty: `Triggered #4121: Rule`. What a person did with it is none. */
const pagerDuty: Format = (line) => {
  const [, word, rule] =
    /^(?:incident )?(triggered|escalated|resolved)(?: incident)? #?\[?#\d{1,12}\]?\s?[:|-]?\s+(.*)$/i.exec(line) ?? [];
  if (word === undefined || rule === undefined) return null;
  return of(word.toLowerCase() === "resolved" ? "Resolved" : "Fired", rule.trim());
};

/** Opsgenie: `[Opsgenie] New alert: #42: Rule`, `Alert closed: #42 "Rule"`. */
const opsgenie: Format = (line) => {
  const [, word, rule] =
    /^(?:\[?opsgenie\]?:? )?(new alert(?: created)?|alert created|alert closed|closed alert)\s?[:|-]?\s(?:\[?#\d{1,12}\]?:?\s)?(.*)$/i.exec(
      line,
    ) ?? [];
  if (word === undefined || rule === undefined) return null;
  return of(/closed/i.test(word) ? "Resolved" : "Fired", rule.replaceAll('"', "").trim());
};

/** CloudWatch: `ALARM: "rule" in EU (Ireland)`, as Amazon SNS titles it, or `CloudWatch Alarm | rule | region`. */
const cloudWatch: Format = (line) => {
  const [, state, rule] = /^(ALARM|OK):\s?"([^"]{1,300})"/.exec(line) ?? [];
  if (state !== undefined && rule !== undefined) return of(state === "OK" ? "Resolved" : "Fired", rule.trim());
  const [, named] = /^CloudWatch Alarm \|\s?([^|]{1,300})/i.exec(line) ?? [];
  return named === undefined ? null : of("Fired", named.trim());
};

/** `ALERT: CPU above 90% on shop-db`, as scripts write it, and Nagios' `** PROBLEM Service Alert: … **`. */
const plain: Format = (line) => {
  const [, word = "", separator, rest] =
    /^(?:\*\* ?)?(ALERT|Alert|ALARM|Alarm|FIRING|TRIGGERED|PROBLEM|CRITICAL|WARNING|RESOLVED|Resolved|RECOVERY|RECOVERED|CLEARED|OK)(?:\s?(:|-|–|\||!)+| (?=(?:Service|Host) Alert:))\s?(.*)$/.exec(
      line,
    ) ?? [];
  if (rest === undefined) return null;
  const isOver = /^(resolved|recovery|recovered|cleared|ok)$/i.test(word);
  const isPlain = isOver || (separator !== undefined && word === "WARNING");
  const rule = rest.replace(/\*\*$/, "").replace(/^(?:Service|Host) Alert:\s?/, "");
  const found = of(isOver ? "Resolved" : "Fired", rule.trim(), /^(critical|warning)$/i.test(word) ? word : undefined);
  return found === null ? null : { ...found, isPlain };
};

const FORMATS: readonly Format[] = [bracketed, datadog, azure, pagerDuty, opsgenie, cloudWatch, plain];
/** Greetings and the name of an integration come before a headline, and not much else. */
const FIRST_LINES = 12;

/** The headline of an alert; null for what is none. */
export function headlineIn(lines: readonly string[], labels: Labels): Headline | null {
  for (const line of lines.slice(0, FIRST_LINES)) {
    // Signs of warning in Unicode are no part of it.
    const bare = line.replace(/^[^\p{L}\p{N}[*]+/u, "");
    for (const format of FORMATS) {
      const found = format(bare);
      if (found !== null) return found;
    }
  }
  return inFields(labels);
}

/** Azure Monitor by a Logic App that writes the common alert schema out, field by field. */
function inFields(labels: Labels): Headline | null {
  const rule = labels["alert_rule"] ?? labels["alert_name"] ?? labels["alertrule"];
  const word = (labels["monitor_condition"] ?? labels["monitorcondition"] ?? "").toLowerCase();
  if (rule === undefined || !/^(fired|activated|resolved|deactivated)$/.test(word)) return null;
  return of(/^(resolved|deactivated)$/.test(word) ? "Resolved" : "Fired", rule);
}

/** A human being's words are an alert only where they say so at their very beginning. */
export const saysAlert = (lines: readonly string[]): boolean => /^ALERT\s?:/.test(lines[0] ?? "");
