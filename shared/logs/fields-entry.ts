import { type Range, setRange } from "./bytes.ts";
import type { Clock } from "./clock.ts";
import { clearEntry, emptyEntry, type Entry, labelAt, LEVEL, levelNamed } from "./entry.ts";

/** A message whose parts are texts already, as JSON gives them. An absent one is null. */
export type MessageFields = {
  time: string | null;
  pid: number;
  level: string | null;
  message: string | null;
  detail: string | null;
  context: string | null;
  statement: string | null;
  sqlState: string | null;
  user: string | null;
  database: string | null;
  application: string | null;
  host: string | null;
};

const MAX_FIELD = 256 * 1024;
/** How far into a message its own prefix may reach. */
const MAX_PREFIX = 600;
const TEXTS = [
  "message",
  "detail",
  "context",
  "statement",
  "sqlState",
  "user",
  "database",
  "application",
  "host",
] as const;

/** Puts the fields of messages into an entry, which is used again for the next one; null for what is no message. */
export function fieldsToEntry(clock: Clock): (fields: MessageFields) => Entry | null {
  const entry = emptyEntry();
  let scratch: Buffer = Buffer.allocUnsafe(64 * 1024);
  return (fields) => {
    const texts = TEXTS.map((name) => fields[name]?.slice(0, MAX_FIELD) ?? "");
    const needed = 3 * texts.reduce((sum, text) => sum + text.length, (fields.time ?? "").length);
    if (scratch.length < needed) scratch = Buffer.allocUnsafe(2 * needed);
    clearEntry(entry, scratch);
    const timeEnd = scratch.write(fields.time ?? "", 0);
    if (clock.read(scratch, 0, timeEnd) > 0) entry.timeMs = clock.timeMs;
    let at = timeEnd;
    for (const [number, name] of TEXTS.entries()) {
      const end = at + scratch.write(texts[number] ?? "", at);
      setRange(entry[name], at, end);
      at = end;
    }
    entry.pid = fields.pid;
    return readLevel(entry, fields.level);
  };
}

/** The level, from its own field or from the label in the message, which is then cut off together with the prefix before it. */
function readLevel(entry: Entry, given: string | null): Entry | null {
  const known = given === null ? -1 : levelNamed(given);
  const label = labelWithin(entry.bytes, entry.message, known);
  if (label >= 0) entry.message.start += label;
  if (known < 0 && label < 0) return null;
  entry.level = known >= 0 ? known : entry.level;
  return entry.level > LEVEL.panic ? null : entry;

  /** How much of the message is prefix and label; -1 where it has none. */
  function labelWithin(bytes: Buffer, { start, end }: Range, level: number): number {
    for (let at = start; at < Math.min(end, start + MAX_PREFIX); at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte < 65 || byte > 90) continue;
      const found = labelAt(bytes, at, end);
      if (found < 0 || (level >= 0 && found >> 5 !== level)) continue;
      entry.level = found >> 5;
      return at + (found & 31) - start;
    }
    return -1;
  }
}
