import { ascii, isEmpty, standsAt, textOf } from "../bytes.ts";
import { LEVEL } from "../entry.ts";
import { fingerprint, normalText } from "../fingerprint.ts";
import { boundedGroups } from "../groups.ts";
import { SECONDS_EACH } from "../impact.ts";
import { nextActions } from "../next-actions.ts";
import { notSeen, see, type Seen } from "../seen.ts";
import { statementOf } from "../statement-of.ts";
import type { Draft, Topic } from "../topic.ts";
import { shortened, times } from "../words.ts";

type Deadlocks = { seen: Seen; sample: string };

const MOST_GROUPS = 500;
const DEADLOCK = ascii("deadlock detected");

/** Deadlocks, by the statements that took part. */
export function deadlocks(): Topic {
  const groups = boundedGroups<Deadlocks>(
    MOST_GROUPS,
    () => ({ seen: notSeen(), sample: "" }),
    ({ seen }) => seen.count,
  );
  return {
    take: (entry) => {
      const { bytes, message, detail, level } = entry;
      if (level !== LEVEL.error || !standsAt(bytes, message.start, message.end, DEADLOCK)) return false;
      const texts = partiesOf(textOf(bytes, detail, 16_384));
      if (texts.length === 0 && !isEmpty(entry.statement)) {
        statementOf(entry);
        texts.push(normalText());
      }
      const sample = texts.toSorted().join("\n");
      const group = groups.at(sample);
      group.sample = sample;
      see(group.seen, entry);
      return true;
    },
    dropped: () => groups.dropped.groups,
    findings: () => groups.all().map(findingOf),
  };
}

/** The statements that the DETAIL of a deadlock lists: `Process 17: update …`. */
const partiesOf = (detail: string): string[] =>
  detail.split("\n").flatMap((line) => {
    const statement = /^\s*Process \d+: (.*)$/.exec(line)?.[1];
    if (statement === undefined) return [];
    const bytes = Buffer.from(statement);
    fingerprint(bytes, 0, bytes.length);
    return [normalText()];
  });

const findingOf = ({ seen, sample }: Deadlocks): Draft => ({
  kind: "deadlock",
  group: sample,
  title: `${times(seen.count, "deadlock")}${sample === "" ? "" : `: ${shortened(sample.replaceAll("\n", " ⟷ "), 120)}`}`,
  severity: "warning",
  lostSeconds: seen.count * SECONDS_EACH.deadlock,
  seen,
  sample: sample === "" ? null : sample,
  facts: { deadlocks: seen.count },
  nextActions: nextActions("deadlock"),
});
