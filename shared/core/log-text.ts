/** Long enough for a stack. */
const LONGEST = 4_000;
const HIDDEN = "(hidden)";

const SECRETS: [RegExp, string][] = [
  // JSON Web Tokens.
  [/\beyJ[\w-]+\.[\w-]+\.?[\w-]*/g, HIDDEN],
  // The password of a URL.
  [/(:\/\/[^\s:/@]{0,100}:)[^\s/@]+@/g, `$1${HIDDEN}@`],
  [
    /\b(authorization|bearer|password|pwd|secret|token|sig|signature|\w*key)("?\s*[=:]\s*"?)(bearer\s+)?[^\s;,&"']+/gi,
    `$1$2${HIDDEN}`,
  ],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${HIDDEN}`],
];

/** A line of the log as it may leave the process: of bounded length, without anything that looks like a password, key or token. */
export function scrubbed(text: string): string {
  const short = text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} …`;
  return SECRETS.reduce((line, [pattern, instead]) => line.replace(pattern, instead), short);
}

/** What went wrong, in a line for the log. PostgreSQL's own messages quote values and statements: of those only the SQLSTATE is told. */
export function failureText(failure: unknown): string {
  if (!(failure instanceof Error)) return scrubbed(String(failure));
  const isPostgres = "severity" in failure && "code" in failure && typeof failure.code === "string";
  return isPostgres ? `PostgreSQL answered with SQLSTATE ${String(failure.code)}` : scrubbed(failure.message);
}
