/** Words after which a quoted name is one of the schema, and no data of a user. */
const NAMING =
  /\b(relation|table|column|constraint|index|role|user|database|schema|sequence|type|extension|parameter|view|trigger|tablespace|standby|server|publication|subscription|slot|function|operator|collation|policy|language|partition)$/;

/**
 * A message with the data taken out: numbers, texts in quotes, values in parentheses after `=`. Names stay where the message says what
 * they name. It is the text that messages are grouped by, so it is also the same for the same message about other rows.
 */
export const redacted = (message: string): string =>
  message
    .replaceAll(/\s+/g, " ")
    // The plain log has the place within the statement, the other formats have it apart.
    .replace(/ at character \d+$/, "")
    .replaceAll(/=\([^)]*\)/g, "=(…)")
    .replaceAll(/'(?:[^']|'')*'/g, "'…'")
    .replaceAll(/"([^"]*)"/g, (quoted, _name: string, at: number, whole: string) =>
      NAMING.test(whole.slice(Math.max(0, at - 40), at).trimEnd()) ? quoted : '"…"',
    )
    .replaceAll(/(?<![A-Za-z_"])\d[\d.:/]*/g, "N")
    .trim()
    .slice(0, 500);
