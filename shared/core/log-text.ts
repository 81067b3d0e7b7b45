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

/** Classes of SQLSTATE, appendix A of PostgreSQL's documentation, as far as a run meets them. */
const CLASSES: Readonly<Record<string, string>> = {
  "08": "the connection was lost",
  "25": "the transaction is in the wrong state",
  "28": "the sign-in was refused",
  "40": "the transaction was rolled back",
  "42": "a name is unknown or a right is missing",
  "53": "the server is out of resources",
  "55": "the object is in use or not ready",
  "57": "the statement was cancelled, or the server is shutting down",
  "58": "the server's system failed",
  XX: "internal error of the server",
};

/** The SQLSTATE of a failure that PostgreSQL reported; null for any other. */
function sqlStateOf(failure: unknown): string | null {
  if (!(failure instanceof Error) || !("severity" in failure) || !("code" in failure)) return null;
  return typeof failure.code === "string" && /^[0-9A-Z]{5}$/.test(failure.code) ? failure.code : null;
}

/** What went wrong, in a line for the log. PostgreSQL's own messages quote values and statements: of those only the SQLSTATE is told. */
export function failureText(failure: unknown): string {
  const state = sqlStateOf(failure);
  if (state === null) return scrubbed(messageOf(failure));
  const meaning = CLASSES[state.slice(0, 2)];
  return `PostgreSQL answered with SQLSTATE ${state}${meaning === undefined ? "" : `: ${meaning}`}`;
}

/** Azure's clients fail with errors that have a code and, where the answer had no body, no words. */
function messageOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  if (failure.message !== "") return failure.message;
  return "code" in failure ? `${failure.name} ${String(failure.code)}` : failure.name;
}

/** The host logs and exports whatever a function throws: what PostgreSQL said is put into words that quote nothing. */
export const unquoted = (failure: unknown): unknown =>
  sqlStateOf(failure) === null ? failure : new Error(failureText(failure));
