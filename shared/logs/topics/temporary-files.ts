import { ascii, numberAfter, standsAt } from "../bytes.ts";
import { LEVEL } from "../entry.ts";
import { boundedGroups } from "../groups.ts";
import { TEMPORARY_BYTES_PER_SECOND } from "../impact.ts";
import { nextActions } from "../next-actions.ts";
import { notSeen, see, type Seen } from "../seen.ts";
import { statementOf } from "../statement-of.ts";
import type { Draft, Topic } from "../topic.ts";
import { inBytes, shortened, times } from "../words.ts";

type Spill = { seen: Seen; statement: string; text: string; bytes: number; largest: number };

const MOST_GROUPS = 1_000;
const WARNING_BYTES = 2 ** 30;
const WARNING_LARGEST_BYTES = 256 * 2 ** 20;

const FILE = ascii("temporary file: path ");
const SIZE = ascii(", size ");

/** Temporary files (log_temp_files) by the statement that wrote them. */
export function temporaryFiles(): Topic {
  const spills = boundedGroups<Spill>(MOST_GROUPS, newSpill, ({ bytes }) => bytes);
  return {
    take: (entry) => {
      const { bytes, message, level } = entry;
      if (level !== LEVEL.log || !standsAt(bytes, message.start, message.end, FILE)) return false;
      const statement = statementOf(entry);
      const spill = spills.at(statement.id);
      if (spill.seen.count === 0) Object.assign(spill, { statement: statement.id, text: statement.text() });
      const size = numberAfter(bytes, message, SIZE) ?? 0;
      see(spill.seen, entry);
      spill.bytes += size;
      spill.largest = Math.max(spill.largest, size);
      return true;
    },
    dropped: () => spills.dropped.groups,
    findings: () => spills.all().map(findingOf),
  };
}

const newSpill = (): Spill => ({ seen: notSeen(), statement: "", text: "", bytes: 0, largest: 0 });

const findingOf = ({ seen, statement, text, bytes, largest }: Spill): Draft => ({
  kind: "temporary_files",
  group: statement,
  title: `${times(seen.count, "temporary file")}, ${inBytes(bytes)} together${text === "" ? "" : `: ${shortened(text)}`}`,
  severity: bytes >= WARNING_BYTES || largest >= WARNING_LARGEST_BYTES ? "warning" : "notice",
  lostSeconds: bytes / TEMPORARY_BYTES_PER_SECOND,
  seen,
  sample: text === "" ? null : text,
  facts: { files: seen.count, bytes, largestBytes: largest, ...(statement === "" ? {} : { statement }) },
  nextActions: nextActions("temporary_files", statement === "" ? {} : { statement }),
});
