export type Token = { kind: "plain" | "keyword" | "text" | "comment" | "slow" | "fast"; text: string };

const SQL =
  /(?<comment>--[^\n]*)|(?<text>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?<keyword>\b(?:select|from|where|and|or|not|in|is|null|order|group|by|having|limit|offset|join|left|inner|on|using|as|asc|desc|create|drop|index|unique|concurrently|if|exists|insert|into|update|set|delete|alter|table|add|column|constraint|primary|key|with|distinct|count|sum|between|like|case|when|then|else|end|analyze|vacuum|begin|commit|grant|revoke|to|role|schema)\b)/gi;
const PLAN =
  /(?<slow>\b(?:Parallel )?Seq Scan\b)|(?<fast>\b(?:Parallel )?(?:Index Only Scan|Index Scan|Bitmap Heap Scan|Bitmap Index Scan)\b)|(?<comment>\(cost=[^)]*\))/g;

const JSON_TEXT = /(?<text>"(?:[^"\\]|\\.)*")/g;
const YAML_TEXT = /(?<comment>(?<=^|\s)#[^\n]*)/gm;
const PATTERNS = { sql: SQL, plan: PLAN, json: JSON_TEXT, yaml: YAML_TEXT } as const;
export type Language = keyof typeof PATTERNS;

/** Splits SQL, EXPLAIN's text, JSON or YAML into what is coloured and what is not; joined, the tokens are the text. */
export function tokensOf(source: string, language: Language): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of source.matchAll(PATTERNS[language])) {
    if (match.index > end) tokens.push({ kind: "plain", text: source.slice(end, match.index) });
    tokens.push({ kind: kindOf(match.groups ?? {}), text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < source.length) tokens.push({ kind: "plain", text: source.slice(end) });
  return tokens;
}

const KINDS = ["comment", "text", "keyword", "slow", "fast"] as const;

const kindOf = (groups: Record<string, string | undefined>): Token["kind"] =>
  KINDS.find((kind) => groups[kind] !== undefined) ?? "plain";
