// Which messages the broker took lately, read beside it from its journal.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

const Row = z.object({ queue: z.string(), message_id: z.string(), at: z.number() });

/** A message that the broker has accepted. */
export type Accepted = { queue: string; messageId: string; at: Date };

/** Messages with an id that came within the window for duplicates (10 minutes), the first first. `stateFolder` is the broker's. */
export function acceptedMessages(stateFolder: string): Accepted[] {
  const journal = new DatabaseSync(join(stateFolder, "service-bus.sqlite"), { readOnly: true });
  try {
    const rows = z.array(Row).parse(journal.prepare("select queue, message_id, at from seen order by at").all());
    return rows.map(({ queue, message_id, at }) => ({ queue, messageId: message_id, at: new Date(at) }));
  } finally {
    journal.close();
  }
}
