import { isEmpty } from "./bytes.ts";
import type { Entry } from "./entry.ts";
import { fingerprint, normalText } from "./fingerprint.ts";
import { statementId } from "./words.ts";

/** The statement that a message belongs to, without its literals; an empty id where the log has none. */
export function statementOf({ bytes, statement }: Entry): { id: string; text: () => string } {
  if (isEmpty(statement)) return { id: "", text: () => "" };
  return { id: statementId(fingerprint(bytes, statement.start, statement.end)), text: normalText };
}
