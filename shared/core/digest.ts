import { createHash } from "node:crypto";

/** Serialises a JSON value with its object keys in code-unit order, so that equal values have equal text (RFC 8785 in spirit). */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** SHA-256 over the canonical form of a value, in lower-case hexadecimal. */
export const digest = (value: unknown): string => createHash("sha256").update(canonical(value)).digest("hex");

/** A short id that follows from what it names, so that repeating a step makes the same one: `<prefix>-<20 hex digits>`. */
export const derivedId = (prefix: string, ...parts: unknown[]): string => `${prefix}-${digest(parts).slice(0, 20)}`;

/** The id of the proposal that a run makes in a round. */
export const proposalIdOf = (runId: string, round: number): string => derivedId("prop", runId, round);
